import { powerSaveBlocker, type WebContents } from 'electron';

/** Keeps the screen from sleeping while it is told to. It forgets by itself when the page that asked goes. */
export function createKeepAwake(): (on: boolean, page: WebContents | null) => void {
  let blocker: number | null = null;
  const release = () => {
    if (blocker !== null) powerSaveBlocker.stop(blocker);
    blocker = null;
  };
  return (on, page) => {
    if (!on) return release();
    if (blocker !== null) return;
    blocker = powerSaveBlocker.start('prevent-display-sleep');
    for (const gone of ['destroyed', 'did-navigate', 'render-process-gone'] as const) page?.once(gone as 'destroyed', release);
  };
}
