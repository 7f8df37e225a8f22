import { resolve } from 'node:path';
import { defineConfig } from 'vite';

/** The course server's own bundle: one file that runs on plain Node and in Electron's utility process. */
export default defineConfig({
  ssr: { noExternal: true, external: ['better-sqlite3', '@node-rs/argon2'] },
  build: {
    ssr: resolve(import.meta.dirname, '../src/server/main.ts'),
    outDir: resolve(import.meta.dirname, '../out/server'),
    emptyOutDir: true,
    target: 'node20',
    rollupOptions: { output: { entryFileNames: 'main.js', banner: '#!/usr/bin/env node' } },
  },
});
