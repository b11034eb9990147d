// Numbers for the keys of the catalogue: a phone need not load each of them three times. Only the build does this.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Plugin } from 'vite';

const FOLDER = join(import.meta.dirname, '..', 'src', 'i18n');
const ENTRY = /^ {2}'([^']+)': (.+),$/gm;
/** What is said outside of the app is no part of its catalogue. */
const OUTSIDE = 'outside.ts';

type Entries = Map<string, string>;

function read(path: string): [string, string][] {
  return [...readFileSync(path, 'utf8').matchAll(ENTRY)].map(([, key = '', value = '']) => [key, value]);
}

function entries(language: string): Entries {
  const folder = join(FOLDER, language);
  const names = readdirSync(folder).filter((name) => name !== OUTSIDE);
  return new Map(names.flatMap((name) => read(join(folder, name))));
}

/** The sentences that begin so, by language, English first. */
export function outside(start: string): [string, Record<string, string>][] {
  const folders = readdirSync(FOLDER, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  const languages = folders.map(({ name }) => name).sort();
  languages.sort((a, b) => Number(b === 'en') - Number(a === 'en'));
  return languages.map((language) => {
    const wanted = read(join(FOLDER, language, OUTSIDE)).filter(([key]) => key.startsWith(start));
    return [language, Object.fromEntries(wanted.map(([key, value]) => [key, new Function(`return ${value}`)()]))];
  });
}

/** `{late.say}` in the page becomes that sentence in every language: nobody has been asked for theirs yet. */
export function page(): Plugin {
  const spoken = outside('late.');
  const all = (key: string) => spoken.map(([language, words]) => `<span lang="${language}">${words[key]}</span>`);
  return {
    name: 'page',
    transformIndexHtml: (html) => html.replace(/\{(late\.[\w-]+)\}/g, (_, key: string) => all(key).join('<br>')),
  };
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
        path.endsWith('/i18n/languages.ts') ? code.replace(/\(await import\('\.\/(\w+)'\)\)\.\1/g, fetched) : code
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
