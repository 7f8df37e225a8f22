/** IPC channel names: one for all calls, one for all events of a name. Apart from the schemas, so that preload stays small. */
export const callChannel = 'teachify:call';
export const eventChannel = (name: string) => `teachify:event:${name}`;
