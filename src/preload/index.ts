import { contextBridge, ipcRenderer } from 'electron';
import { callChannel, eventChannel } from '../shared/contracts/channels.ts';

// Carries names across and nothing else: main knows which exist and checks every argument.
contextBridge.exposeInMainWorld('teachify', {
  call: (name: string, input: unknown) => ipcRenderer.invoke(callChannel, String(name), input),
  on: (name: string, listener: (payload: unknown) => void) => {
    const channel = eventChannel(String(name));
    const receive = (_: unknown, payload: unknown) => listener(payload);
    ipcRenderer.on(channel, receive);
    return () => ipcRenderer.off(channel, receive);
  },
});
