import type { BrowserWindow } from 'electron';

/** Behind the lock the page still has in its hands what it showed; its tools would show that to whoever stands there. Gives what is called when the lock falls. */
export function shutToolsBehindLock(window: BrowserWindow, isLocked: () => boolean): () => void {
  const shut = () => {
    if (!window.isDestroyed() && isLocked()) window.webContents.closeDevTools();
  };
  window.webContents.on('devtools-opened', shut);
  return shut;
}
