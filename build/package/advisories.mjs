import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { root } from '../setup/paths.mjs';

const ask = promisify(execFile);

const imported = /(?:from|import)\s*\(?\s*'([^'.][^']*)'/g;

/** Names of all npm packages that the app, the tool and the server carry: what their sources import, and what that needs. */
export async function shippedPackages() {
  const folder = join(root, 'src');
  const files = (await readdir(folder, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name));
  const texts = await Promise.all(files.map((entry) => readFile(join(entry.parentPath, entry.name), 'utf8')));
  const { packages } = JSON.parse(await readFile(join(root, 'package-lock.json'), 'utf8'));
  const waiting = texts.flatMap((text) => [...text.matchAll(imported)].map(([, name]) => packageOf(name)));
  const shipped = new Set();
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    const known = packages[`node_modules/${name}`];
    if (!known || shipped.has(name)) continue;
    shipped.add(name);
    waiting.push(...Object.keys({ ...known.dependencies, ...known.optionalDependencies }));
  }
  return shipped;
}

function packageOf(specifier) {
  return specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/');
}

/**
 * The known holes among these packages.
 * @param {unknown} report what `npm audit --json` prints
 * @param {ReadonlySet<string>} shipped
 * @returns {{ name: string, severity: string, titles: string[] }[]}
 */
export function holesIn(report, shipped) {
  return Object.values(report.vulnerabilities)
    .filter(({ name }) => shipped.has(name))
    .map(({ name, severity, via }) => ({ name, severity, titles: via.flatMap((one) => (typeof one === 'string' ? [] : [one.title])) }));
}

/** Asks the registry what is known of what ships. Null where it does not answer such questions, as mirrors on closed networks do not. */
export async function knownHoles() {
  // npm ends with 1 when it found something, and prints it all the same.
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
  const { stdout: text } = await ask(npm, ['audit', '--json', '--fetch-retries=0'], { cwd: root, shell: process.platform === 'win32' }).catch((error) => error);
  const report = JSON.parse(text || '{}');
  return report.vulnerabilities ? holesIn(report, await shippedPackages()) : null;
}
