// Words are data, not script: a JSON file for each language, loaded by whoever speaks it. `virtual:catalogues` says where it is.
import type { Plugin } from 'vite';
import { CATALOGUES, OUTSIDE } from '../src/i18n/catalogues';
import { shortened } from './short-keys';

const NAME = 'virtual:catalogues';
const ID = `\0${NAME}`;

export function catalogues(): Plugin {
  let building = false;
  return {
    name: 'catalogues',
    configResolved(config) {
      building = config.command === 'build';
    },
    resolveId: (id) => (id === NAME ? ID : null),
    load(id) {
      if (id !== ID) return null;
      const urls = Object.entries(CATALOGUES).map(([language, catalogue]) => {
        // What serves a developer, and what runs the tests, has no files to offer.
        if (!building) {
          const words = encodeURIComponent(JSON.stringify([[], catalogue]));
          return `${language}: ${JSON.stringify(`data:application/json,${words}`)}`;
        }
        const source = JSON.stringify(shortened(catalogue));
        const file = this.emitFile({ type: 'asset', name: `${language}.json`, source });
        return `${language}: import.meta.ROLLUP_FILE_URL_${file}`;
      });
      return `export default { ${urls.join(', ')} };`;
    },
  };
}

/** `{late.say}` in the page becomes that sentence in every language: nobody has been asked for theirs yet. */
export function page(): Plugin {
  const inEveryLanguage = (key: string) =>
    Object.entries(OUTSIDE).map(
      ([language, words]) => `<span lang="${language}">${words[key as 'slow-start.say']}</span>`,
    );
  return {
    name: 'page',
    transformIndexHtml: (html) =>
      html.replace(/\{(slow-start\.[\w-]+)\}/g, (_, key: string) => inEveryLanguage(key).join('<br>')),
  };
}

/** Return what the service worker adds to a push, by language. */
export function pushWords(): Record<string, Record<string, string>> {
  const isPush = ([key]: [string, string]) => key.startsWith('push.');
  return Object.fromEntries(
    Object.entries(OUTSIDE).map(([language, words]) => [
      language,
      Object.fromEntries(Object.entries(words).filter(isPush)),
    ]),
  );
}
