import { defineConfig } from 'vite';
import { catalogues, page } from './build/catalogues';
import { shortKeys } from './build/short-keys';
import { TERSER } from './build/terser';

// The server that a phone under development talks to.
const SERVER = process.env.PORCHLIGHT_SERVER ?? 'http://localhost:8000';

/** Screens that are opened one after another are loaded together; whatever is named nowhere here stands alone. */
const SCREENS = {
  joining: ['create-account', 'join', 'joined', 'paste-link', 'sign-in'],
  circle: ['circle', 'invite', 'member', 'supporting', 'ladder-settings'],
  helping: ['inbox', 'incoming-reach-out'],
  commitments: ['commitments', 'commitment-form', 'own-commitment', 'witnessed-commitment'],
  days: ['bookends', 'connection', 'reflection', 'reflections'],
  planning: ['plan', 'plan-edit'],
  person: ['compose', 'person', 'thread-entry'],
  telling: ['hours', 'notify'],
  settings: ['account', 'channels', 'contact-number', 'passkeys', 'passphrase', 'settings'],
  rhythm: ['rhythm', 'follow-up'],
};
/** What every page is made of comes in one piece. */
const BASE = {
  name: 'base',
  test: /\/node_modules\/preact\/|\/src\/(api|i18n|outbox|platform|store|vault)\/(?!letters|plan|threads)|\/src\/domain\/(?!hours|morning|plan|strength|check-in|connection|weeks|threads)|\/src\/components\/(basics|close-actions|icons|lamp|messages|people|rows)\.tsx$/,
};
/** What is said day by day: Home on a calm day, the check-in, the week. */
const TODAY = {
  name: 'today',
  test: /\/src\/(screens\/(calm-day|check-in|offer|today|today-lines|week)|components\/(check-in-parts|sharing)|domain\/(check-in|weeks))\.tsx?$/,
};
const GROUPS = [
  BASE,
  // On the screens of a press, after them.
  { name: 'fields', test: /\/src\/components\/(field|form)\.tsx$/ },
  { name: 'plan', test: /\/src\/(components|domain|store)\/plan/ },
  TODAY,
  ...Object.entries(SCREENS).map(([name, screens]) => ({
    name,
    test: new RegExp(`/src/screens/(${screens.join('|')})\\.tsx$`),
  })),
];

export default defineConfig({
  plugins: [catalogues(), page(), shortKeys()],
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
