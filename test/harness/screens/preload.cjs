const { contextBridge, ipcRenderer } = require('electron');

contextBridge.exposeInMainWorld('teachify', {
  call: (name, input) => ipcRenderer.invoke('screens:call', name, input),
  on: (name, listener) => {
    const heard = (_event, payload) => listener(payload);
    ipcRenderer.on(`screens:event:${name}`, heard);
    return () => ipcRenderer.removeListener(`screens:event:${name}`, heard);
  },
});
