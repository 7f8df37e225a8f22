import './styles/fonts.css';
import './styles/tokens.css';
import './styles/base.css';
import { createRoot } from 'react-dom/client';
import { App } from './app/app.tsx';
import { createRemote } from './bridge.ts';
import { createAppStores } from './stores/stores.ts';

const root = createRoot(document.getElementById('root') as HTMLElement);
const remote = createRemote(window.teachify);

const shell = await remote.call('shell.info');
const stores = createAppStores(remote, shell, {
  now: () => Date.now(),
  later: (milliseconds, run) => {
    const timer = window.setTimeout(run, milliseconds);
    return () => window.clearTimeout(timer);
  },
});
root.render(<App stores={stores} />);

// Taking the tree down lets everything say its last word: a player its progress, a removal that it is meant.
window.addEventListener('pagehide', () => root.unmount());
