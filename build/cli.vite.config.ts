import { resolve } from 'node:path';
import { defineConfig } from 'vite';

/** The headless tool's own bundle: one file that runs on plain Node. */
export default defineConfig({
  ssr: { noExternal: true, external: ['better-sqlite3', '@napi-rs/keyring'] },
  build: {
    ssr: resolve(import.meta.dirname, '../src/cli/main.ts'),
    outDir: resolve(import.meta.dirname, '../out/cli'),
    emptyOutDir: true,
    target: 'node20',
    rollupOptions: { output: { entryFileNames: 'main.js', banner: '#!/usr/bin/env node' } },
  },
});
