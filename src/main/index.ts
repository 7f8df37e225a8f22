import { app } from 'electron';
import { runApp } from './app.ts';
import { commandLine } from './command-line.ts';
import { registerAppScheme } from './platform/app-protocol.ts';

// Both must happen before Electron is ready. No await at top level: it would keep `ready` back for good.
registerAppScheme();
app.setName('Teachify Desktop');

const args = commandLine(process.argv);
// The tool carries a core of its own; a window need not wait for it.
const running = args ? import('./run-command-line.ts').then(({ runCommandLine }) => runCommandLine(args)) : runApp();
running.catch((error: unknown) => {
  console.error(error);
  app.exit(1);
});
