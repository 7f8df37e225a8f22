const { contextBridge, ipcRenderer } = require('electron');

/** Which of the stage's openings this page belongs to: what a page of before still has to say is not heard any more. */
const opening = ipcRenderer.sendSync('screens:opening');
let underWay = 0;
let heardUpTo = 0;
ipcRenderer.on('screens:said', (_event, nth) => (heardUpTo = nth));
contextBridge.exposeInMainWorld('heardUpTo', () => heardUpTo);
/** Resolves once all that was called before has reached main. */
contextBridge.exposeInMainWorld('reachMain', () => ipcRenderer.invoke('screens:reach'));
contextBridge.exposeInMainWorld('callsUnderWay', () => underWay);
contextBridge.exposeInMainWorld('teachify', {
  call: (name, input) => {
    underWay += 1;
    return ipcRenderer.invoke('screens:call', opening, name, input).finally(() => (underWay -= 1));
  },
  on: (name, listener) => {
    const heard = (_event, payload) => listener(payload);
    ipcRenderer.on(`screens:event:${name}`, heard);
    return () => ipcRenderer.removeListener(`screens:event:${name}`, heard);
  },
});
