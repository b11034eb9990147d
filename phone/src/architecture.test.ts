// The app's code points in one direction: what a screen needs knows nothing of screens.
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { expect, test } from 'vitest';

const SOURCES = import.meta.dirname;

/** From the lowest to the highest: a file imports from its own layer and from those before it. */
const LAYERS = [
  ['contract'],
  ['domain'],
  ['platform'],
  ['i18n'],
  ['api'],
  ['outbox', 'vault'],
  ['store'],
  ['components'],
  ['screens'],
  ['.'],
];

/** The service worker is a program of its own, without a page: no words, no store and no screens. */
const WORKER = { folder: 'worker', mayImport: ['contract', 'domain', 'platform', 'api', 'outbox', 'worker'] };

const names = (readdirSync(SOURCES, { recursive: true }) as string[])
  .map((name) => name.replaceAll('\\', '/'))
  .filter((name) => /\.tsx?$/.test(name) && !/\.(test|testing)\.tsx?$/.test(name));

/** Return the files of src/ that this one imports: at once, when a screen is opened, or for its types alone. */
function importsOf(name: string): string[] {
  const source = readFileSync(join(SOURCES, name), 'utf8');
  const specifiers = [...source.matchAll(/(?:\bfrom|\bimport\(|\bimport)\s*'(\.[^']+)'/g)].map(
    ([, specifier]) => `${specifier}`,
  );
  return specifiers
    .filter((specifier) => !specifier.endsWith('.css'))
    .map((specifier) => {
      const path = relative(SOURCES, join(SOURCES, dirname(name), specifier)).replaceAll('\\', '/');
      const file = ['.ts', '.tsx', '.d.ts', '/index.ts']
        .map((end) => `${path}${end}`)
        .find((file) => names.includes(file));
      if (!file) throw new Error(`${name} imports ${specifier}, which is no file of src/`);
      return file;
    });
}

const IMPORTS = new Map(names.map((name) => [name, importsOf(name)]));
const folderOf = (name: string): string => (name.includes('/') ? (name.split('/')[0] ?? '') : '.');
const layerOf = (name: string): number => LAYERS.findIndex((folders) => folders.includes(folderOf(name)));

/** Whether two folders of one layer, which stand side by side, are mixed up. */
const beside = (from: string, to: string): boolean => layerOf(from) === layerOf(to) && folderOf(from) !== folderOf(to);

test('every folder has its layer', () => {
  const homeless = names.filter((name) => layerOf(name) < 0 && folderOf(name) !== WORKER.folder);
  expect(homeless).toEqual([]);
});

test('every import points from a higher layer to a lower one', () => {
  const wrong = [...IMPORTS].flatMap(([name, imports]) =>
    imports
      .filter((other) =>
        folderOf(name) === WORKER.folder
          ? !WORKER.mayImport.includes(folderOf(other))
          : layerOf(other) > layerOf(name) || layerOf(other) < 0 || beside(name, other),
      )
      .map((other) => `${name} imports ${other}`),
  );
  expect(wrong).toEqual([]);
});

test('no file imports itself by a detour', () => {
  const cycles: string[] = [];
  const finished = new Set<string>();
  const visit = (name: string, path: string[]): void => {
    if (path.includes(name)) cycles.push([...path.slice(path.indexOf(name)), name].join(' -> '));
    else if (!finished.has(name)) {
      for (const other of IMPORTS.get(name) ?? []) visit(other, [...path, name]);
      finished.add(name);
    }
  };
  for (const name of names) visit(name, []);
  expect(cycles).toEqual([]);
});

test('the rules of domain/ are pure: no browser, no clock of their own, no state', () => {
  const IMPURE =
    /\b(?:document|navigator|localStorage|indexedDB|fetch|setTimeout|setInterval|Math\.random|Date\.now|new Date\(\))|^let /m;
  const impure = names.filter(
    (name) => folderOf(name) === 'domain' && IMPURE.test(readFileSync(join(SOURCES, name), 'utf8')),
  );
  expect(impure).toEqual([]);
});
