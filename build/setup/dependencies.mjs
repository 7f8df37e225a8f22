import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { node24, root } from './paths.mjs';
import { capture, run } from './run.mjs';
import { giveUp, say } from './say.mjs';

const stamp = join(root, 'node_modules', '.installed');

/** npm's packages as the lockfile says, fetched only when they are not here yet. */
export async function installDependencies() {
  const wanted = createHash('sha256').update(readFileSync(join(root, 'package-lock.json'))).digest('hex');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return;
  say('Installing npm packages (half a minute on a good line) ...');
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
  const code = await run(npm, ['ci', '--no-audit', '--no-fund', '--loglevel=error']);
  if (code !== 0) giveUp('npm could not install the packages; its words are above. Run the same command again to continue.');
  await checkNode();
  writeFileSync(stamp, wanted);
}

async function checkNode() {
  const version = await capture(node24, ['--version']).catch(() => '');
  if (Number.parseInt(version.slice(1), 10) >= 24) return;
  giveUp(`Node 24 should have come with the npm packages for ${process.platform} ${process.arch}, but did not. Install Node 24 and run the same command with it.`);
}
