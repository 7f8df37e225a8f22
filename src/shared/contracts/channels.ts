/** IPC channel names: one for all calls of a name, one for all events of a name. Apart from the schemas, so that preload stays small. */
export const callChannel = (name: string) => `teachify:call:${name}`;
export const eventChannel = (name: string) => `teachify:event:${name}`;
