// Numbers for the keys of the catalogue: a phone need not load each of them three times. Only the build does this.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Plugin } from 'vite';

const FOLDER = join(import.meta.dirname, '..', 'src', 'i18n');
const ENTRY = /^ {2}'([^']+)': (.+),$/gm;

type Entries = Map<string, string>;

function entries(language: string): Entries {
  const folder = join(FOLDER, language);
  const texts = readdirSync(folder).map((name) => readFileSync(join(folder, name), 'utf8'));
  return new Map(
    texts.flatMap((text) =>
      [...text.matchAll(ENTRY)].map(([, key = '', value = '']): [string, string] => [key, value]),
    ),
  );
}

/**
 * A catalogue becomes the list of its values in the order of the English keys, in a file of its own. Everywhere else `'tab.home'`
 * becomes its number, and `tab.${which}` in backticks a look-up of the keys that begin so. Every key contains a dot, so
 * that no other text is taken for one.
 */
export function words(): Plugin {
  return {
    name: 'words',
    apply: 'build',
    enforce: 'pre',
    transform(code, id) {
      const path = id.split('?')[0] ?? '';
      if (!/\/src\/.*\.tsx?$/.test(path)) return null;
      const emit = this.emitFile.bind(this);
      const english = entries('en');
      const keys = [...english.keys()];
      const list = (said: Entries) => `[${keys.map((key) => said.get(key) ?? english.get(key)).join(',')}]`;
      const numbered = (
        path.endsWith('/i18n/index.ts') ? code.replace(/\(await import\('\.\/(\w+)'\)\)\.\1/g, fetched) : code
      )
        .replace(/'([\w-]+(?:\.[\w-]+)+)'/g, (whole, key: string) =>
          english.has(key) ? String(keys.indexOf(key)) : whole,
        )
        .replace(/`([\w-]+\.)\$\{([\w.]+)\}`/g, (whole, start: string, which: string) => {
          const found = keys.filter((key) => key.startsWith(start));
          if (!found.length) return whole;
          // Counted ones in a row need no list.
          const one = keys.indexOf(found[0] ?? '');
          const from = Number(found[0]?.slice(start.length));
          if (found.every((key, index) => key === `${start}${from + index}` && key === keys[one + index]))
            return `(${one - from} + +${which})`;
          return `({${found.map((key) => `${JSON.stringify(key.slice(start.length))}:${keys.indexOf(key)}`).join(',')}})[${which}]`;
        });
      return { code: numbered, map: null };

      // Words are data, not script: a file for each language, fetched by whoever speaks it.
      function fetched(_: string, language: string): string {
        const source = JSON.stringify(new Function(`return ${list(entries(language))}`)());
        const file = emit({ type: 'asset', name: `${language}.json`, source });
        return `await (await fetch(import.meta.ROLLUP_FILE_URL_${file})).json()`;
      }
    },
  };
}
