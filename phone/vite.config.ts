import { defineConfig } from 'vite';
import { catalogues, page } from './build/catalogues';
import { isFirst } from './build/first';
import { plainImports } from './build/plain-imports';
import { shortKeys } from './build/short-keys';
import { TERSER } from './build/terser';

// The server that a phone under development talks to.
const SERVER = process.env.PORCHLIGHT_SERVER ?? 'http://localhost:8000';

/** Everything else comes in one piece, which weighs a fifth less than a piece for each screen. */
const GROUPS = [
  { name: 'base', test: isFirst },
  { name: 'later', test: (id: string) => /\/src\/.+\.tsx?$/.test(id) && !isFirst(id) && !id.endsWith('/main.tsx') },
];

export default defineConfig({
  plugins: [catalogues(), page(), plainImports(), shortKeys()],
  // Elements as calls with their children behind one another: what the automatic runtime writes weighs 0.4 kB more in gzip.
  oxc: {
    jsx: { runtime: 'classic', pragma: 'h', pragmaFrag: 'Fragment', development: false },
    jsxInject: "import { Fragment, h } from 'preact'",
  },
  server: { proxy: { '/v1': { target: SERVER, changeOrigin: false } } },
  build: {
    target: ['chrome105', 'safari16', 'firefox121'],
    // Inlined assets would need a looser content security policy than ours.
    assetsInlineLimit: 0,
    minify: 'terser',
    terserOptions: TERSER,
    // The page names what its script imports, so that it all comes at once; what a screen imports is seldom more than that.
    modulePreload: {
      polyfill: false,
      resolveDependencies: (_, deps, { hostType }) => (hostType === 'html' ? deps : []),
    },
    rollupOptions: {
      output: {
        minify: true,
        assetFileNames: 'assets/[name]-[hash][extname]',
        codeSplitting: { includeDependenciesRecursively: false, groups: GROUPS },
      },
    },
  },
});
