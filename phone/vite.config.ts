import { defineConfig } from 'vite';
import { words } from './build/words';

// The server that a phone under development talks to.
const SERVER = process.env.PORCHLIGHT_SERVER ?? 'http://localhost:8000';

export default defineConfig({
  plugins: [words()],
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  server: { proxy: { '/v1': { target: SERVER, changeOrigin: false } } },
  build: {
    target: ['chrome105', 'safari16', 'firefox121'],
    // Inlined assets would need a looser content security policy than ours.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rollupOptions: { output: { assetFileNames: 'assets/[name]-[hash][extname]' } },
  },
});
