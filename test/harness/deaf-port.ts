import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** A port to which no connection is ever made: its queue is full and nobody takes from it, so that each SYN is dropped. */
export interface DeafPort {
  readonly url: string;
  close(): Promise<void>;
}

const listener = "const server = require('node:net').createServer().listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () => console.log(server.address().port))";
/** A connection over loopback that is not made by then is not made. */
const patienceMs = 1_000;

/** Null where this system has no such queue (not Linux). */
export async function openDeafPort(): Promise<DeafPort | null> {
  if (process.platform !== 'linux') return null;
  const child = spawn(process.execPath, ['-e', listener], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [word] = (await once(child.stdout, 'data')) as [Buffer];
  const port = Number(word);
  child.kill('SIGSTOP');
  const sockets: Socket[] = [];
  for (let isTaken = true; isTaken; ) {
    const socket = connect(port, '127.0.0.1').on('error', () => {});
    sockets.push(socket);
    isTaken = await once(socket, 'connect', { signal: AbortSignal.timeout(patienceMs) }).then(() => true, () => false);
  }
  return {
    url: `http://127.0.0.1:${port}`,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      const gone = once(child, 'exit');
      child.kill('SIGKILL');
      await gone;
    },
  };
}
