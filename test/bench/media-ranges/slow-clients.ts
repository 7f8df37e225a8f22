// Clients on a bad line: each asks for a stretch of a file and takes 32 KiB of the answer four times a second, and so on.
// Arguments: address, file of what is asked for ("path<TAB>header<TAB>value"), clients, seconds. Says how many bytes came.
import { readFile } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

const [address = '', asks = '', clients = '', seconds = ''] = process.argv.slice(2);
const { hostname, port } = new URL(address);
const lines = (await readFile(asks, 'utf8')).trim().split('\n');
const portion = 32 * 1024;
let taken = 0;

function ask(socket: Socket): void {
  const [path, name, value] = (lines[Math.floor(Math.random() * lines.length)] ?? '').split('\t');
  socket.write(`GET ${path} HTTP/1.1\r\nhost: school\r\n${name}: ${value}\r\n\r\n`);
}

async function takeSlowly(until: number): Promise<void> {
  const socket = connect({ port: Number(port), host: hostname });
  let isBroken = false;
  socket.on('error', () => (isBroken = true));
  socket.on('close', () => (isBroken = true));
  // One is always waiting behind the one that is being taken.
  ask(socket);
  ask(socket);
  let sinceAsked = 0;
  while (performance.now() < until) {
    if (isBroken) throw new Error('The server hung up on a slow client');
    const chunk = (socket.read(portion) ?? socket.read()) as Buffer | null;
    taken += chunk?.length ?? 0;
    sinceAsked += chunk?.length ?? 0;
    if (sinceAsked > 500_000) {
      ask(socket);
      sinceAsked -= 500_000;
    }
    await sleep(250);
  }
  socket.removeAllListeners('close');
  socket.destroy();
}

const until = performance.now() + Number(seconds) * 1000;
await Promise.all(Array.from({ length: Number(clients) }, () => takeSlowly(until)));
console.log(JSON.stringify({ taken }));
