import { app } from 'electron';
import { runApp } from './app.ts';
import { commandLine, runCommandLine } from './command-line.ts';
import { registerAppScheme } from './platform/app-protocol.ts';

// Both must happen before Electron is ready. No await at top level: it would keep `ready` back for good.
registerAppScheme();
app.setName('Teachify Desktop');

const args = commandLine(process.argv);
const running = args ? runCommandLine(args) : runApp();
running.catch((error: unknown) => {
  console.error(error);
  app.exit(1);
});
