import react from '@vitejs/plugin-react';
import { defineConfig } from 'electron-vite';
import { resolve } from 'node:path';

const at = (path: string) => resolve(import.meta.dirname, path);

// Only what package.json lists under `dependencies` stays outside the bundles: native code.
const native = ['better-sqlite3', '@node-rs/argon2'];

export default defineConfig({
  main: {
    build: {
      outDir: 'out/main',
      // Names stay as they are: what the log says of a bug must be readable.
      rollupOptions: { input: at('src/main/index.ts'), external: native, output: { format: 'es', entryFileNames: 'index.js', minify: { compress: true, mangle: false } } },
    },
  },
  preload: {
    build: {
      outDir: 'out/preload',
      // A sandboxed preload script is CommonJS and can require nothing but electron.
      rollupOptions: { input: at('src/preload/index.ts'), output: { format: 'cjs', entryFileNames: 'index.cjs' } },
    },
  },
  renderer: {
    root: at('src/renderer'),
    build: {
      outDir: at('out/renderer'),
      minify: true,
      rollupOptions: { input: at('src/renderer/index.html') },
      // The content security policy forbids data: scripts and fonts; keep every asset a file.
      assetsInlineLimit: 0,
      // They lie beside the window, on a disk; what is loaded late is split off by hand.
      chunkSizeWarningLimit: 1000,
      modulePreload: { polyfill: false },
    },
    plugins: [react()],
  },
});
