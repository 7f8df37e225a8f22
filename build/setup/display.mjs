import { spawn } from 'node:child_process';
import { hasDisplay } from './prepare.mjs';
import { say } from './say.mjs';

/**
 * A display: the one there is, or a virtual one of our own.
 * @returns {Promise<{ env: Record<string, string>, virtual: boolean, close: () => void }>}
 */
export async function openDisplay() {
  if (hasDisplay()) return { env: {}, virtual: false, close: () => {} };
  say('No display here: using a virtual one (Xvfb).');
  // -displayfd lets the X server pick a free number and tell it, so that two runs never collide.
  const server = spawn('Xvfb', ['-displayfd', '3', '-screen', '0', '1920x1200x24', '-nolisten', 'tcp'], { stdio: ['ignore', 'ignore', 'ignore', 'pipe'] });
  const number = await new Promise((resolve, reject) => {
    server.on('error', reject);
    server.on('exit', (code) => reject(new Error(`Xvfb ended with ${code}`)));
    server.stdio[3].once('data', (line) => resolve(String(line).trim()));
  });
  server.removeAllListeners('exit');
  const close = () => server.kill();
  process.once('exit', close);
  return { env: { DISPLAY: `:${number}` }, virtual: true, close };
}
