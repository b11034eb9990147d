import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { defineConfig } from 'vite';
import { pushWords } from './build/catalogues';
import { TERSER } from './build/terser';

// What the app needs to open without a network: all that the build has made, by its own names.
const DIST = join(import.meta.dirname, 'dist');
const shell = ['/', ...files('assets'), ...files('icons'), '/manifest.webmanifest'];

function files(folder: string): string[] {
  return readdirSync(join(DIST, folder))
    .filter((name) => !name.endsWith('.map'))
    .map((name) => `/${folder}/${name}`)
    .sort();
}

function version(): string {
  const digest = createHash('sha256');
  for (const path of shell) digest.update(path).update(readFileSync(join(DIST, path === '/' ? 'index.html' : path)));
  return digest.digest('hex').slice(0, 12);
}

export default defineConfig({
  define: {
    __SHELL__: JSON.stringify(shell),
    __VERSION__: JSON.stringify(version()),
    __PUSH_WORDS__: JSON.stringify(pushWords()),
  },
  publicDir: false,
  build: {
    target: ['chrome105', 'safari16', 'firefox121'],
    emptyOutDir: false,
    minify: 'terser',
    terserOptions: TERSER,
    rollupOptions: {
      input: 'src/worker/worker.ts',
      output: { minify: true, entryFileNames: 'sw.js', format: 'iife', codeSplitting: false },
    },
  },
});
