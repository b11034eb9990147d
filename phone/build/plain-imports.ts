// `import()` as the browser has it. Vite wraps each in a loader for styles and scripts that come along: ours import nothing more.
import type { Plugin } from 'vite';

const LOADER = '\0vite/preload-helper.js';

export function plainImports(): Plugin {
  return {
    name: 'plain-imports',
    enforce: 'pre',
    load: (id) => (id === LOADER ? 'export const __vitePreload = (load) => load();' : null),
  };
}
