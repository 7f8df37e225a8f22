const { contextBridge, ipcRenderer } = require('electron');

let underWay = 0;
contextBridge.exposeInMainWorld('callsUnderWay', () => underWay);
contextBridge.exposeInMainWorld('teachify', {
  call: (name, input) => {
    underWay += 1;
    return ipcRenderer.invoke('screens:call', name, input).finally(() => (underWay -= 1));
  },
  on: (name, listener) => {
    const heard = (_event, payload) => listener(payload);
    ipcRenderer.on(`screens:event:${name}`, heard);
    return () => ipcRenderer.removeListener(`screens:event:${name}`, heard);
  },
});
