import './styles/fonts.css';
import './styles/tokens.css';
import './styles/base.css';
import { createRoot } from 'react-dom/client';
import { App } from './app/app.tsx';
import { createRemote } from './bridge.ts';
import { askEarly, firstQuestions } from './early-answers.ts';
import { moveDrafts } from './move-drafts.ts';
import { createAppStores } from './stores/stores.ts';

const root = createRoot(document.getElementById('root') as HTMLElement);
const bridge = createRemote(window.teachify);
/** The first screen is drawn well before; later the world has moved on. */
const earlyMs = 2_000;

/** One answer that is late must not keep the window empty: what is known is drawn, with a skeleton for the rest. */
const patienceMs = 500;

const early = askEarly(bridge, firstQuestions, new Promise((resolve) => window.setTimeout(resolve, patienceMs)));
const shell = await bridge.call('shell.info');
await early.ready;
window.setTimeout(early.forget, earlyMs);
await moveDrafts(window.localStorage, bridge);
const stores = createAppStores(early.remote, shell, {
  now: () => Date.now(),
  later: (milliseconds, run) => {
    const timer = window.setTimeout(run, milliseconds);
    return () => window.clearTimeout(timer);
  },
});
root.render(<App stores={stores} />);

// Taking the tree down lets everything say its last word: a player its progress, a removal that it is meant.
window.addEventListener('pagehide', () => root.unmount());
