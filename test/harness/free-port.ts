import { once } from 'node:events';
import { createServer } from 'node:net';

/**
 * Below those that Linux gives to whoever asks for any port (32768 to 60999): what is stopped and started again finds its
 * port as free as it left it, and who calls there meanwhile cannot be given that very port and meet itself.
 */
const firstPort = 20_000;
const portsEach = 1_500;
/** Test files that run at the same time have ports of their own. */
const place = Number(process.env['VITEST_POOL_ID'] ?? process.env['TEST_PARALLEL_INDEX'] ?? 0) % 8;
let given = Math.floor(Math.random() * portsEach);

/** A port of this process alone, for programs that cannot choose one, and for what comes back where it was. */
export async function freePort(): Promise<number> {
  for (;;) {
    given += 1;
    const port = firstPort + place * portsEach + (given % portsEach);
    const probe = createServer().listen(port, '127.0.0.1');
    const isFree = await once(probe, 'listening').then(() => true, () => false);
    if (!isFree) continue;
    probe.close();
    await once(probe, 'close');
    return port;
  }
}
