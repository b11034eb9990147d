// Keys of sentences are names to whoever writes a screen, and weight to whoever loads it. A build gives each a short id, in the code
// and in the catalogues alike. Catalogues are tested with the keys, and the built app with the ids.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Plugin } from 'vite';
import { parseAst } from 'vite';
import { en } from '../src/i18n/en';
import { isFirst } from './first';

const SOURCE = join(import.meta.dirname, '..', 'src');
const LETTERS = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ';
/** What may stand before `${` where a key is put together: only the part before the full stop may become short. */
const START = /`([\w-]+)\.\$\{/g;
const KEY = /'([\w-]+\.[\w-]+)'/g;

interface Node {
  type: string;
  start: number;
  end: number;
  value?: unknown;
  quasis?: { start: number; end: number; value: { raw: string } }[];
}

/** a, b, … Z, aa, ab, … */
const id = (number: number): string =>
  (number < LETTERS.length ? '' : id(Math.floor(number / LETTERS.length) - 1)) + LETTERS[number % LETTERS.length];

/** The code of each file of the app: first what is loaded first. */
function code(): string[] {
  const names = (readdirSync(SOURCE, { recursive: true }) as string[])
    .filter((name) => /^(?!i18n.(en|es|de)\b).*(?<!test)\.tsx?$/.test(name))
    .map((name) => join(SOURCE, name))
    .sort();
  const files = [...names.filter(isFirst), ...names.filter((name) => !isFirst(name))];
  return files.map((name) => readFileSync(name, 'utf8'));
}

/**
 * Starts of keys that are put together, each with a letter; such a key keeps its end. And all keys: the others by their number, in the
 * order in which the code names them, so that neighbours are alike. Alike things compress well.
 */
function ids(): { starts: Map<string, string>; keys: Map<string, string> } {
  const startOf = (key: string) => key.slice(0, key.indexOf('.'));
  const files = code();
  const found = new Set(files.flatMap((text) => [...text.matchAll(START)].map(([, start]) => start)));
  const named = files.flatMap((text) => [...text.matchAll(KEY)].map(([, key]) => key as keyof typeof en));
  const keys = [...new Set([...named.filter((key) => Object.hasOwn(en, key)), ...Object.keys(en)])];
  const shortStarts = new Map(
    [...new Set(keys.map(startOf))].filter((start) => found.has(start)).map((start, number) => [start, id(number)]),
  );
  let numbered = 0;
  const short = (key: string) => {
    const start = shortStarts.get(startOf(key));
    return start ? start + key.slice(key.indexOf('.')) : `${numbered++}`;
  };
  return { starts: shortStarts, keys: new Map(keys.map((key) => [key, short(key)])) };
}

const SHORT = ids();

/** Return a catalogue as a list of the words whose keys are numbers, and the others with their ids. */
export function shortened(catalogue: Record<string, string>): [words: string[], named: Record<string, string>] {
  const words: string[] = [];
  const named: Record<string, string> = {};
  for (const [key, short] of SHORT.keys) {
    if (short.includes('.')) named[short] = catalogue[key] ?? '';
    else words.push(catalogue[key] ?? '');
  }
  return [words, named];
}

/** Put ids in place of keys. What is taken out becomes blanks outside of the string, so every position, and source map, holds. */
export function shortKeys(): Plugin {
  return {
    name: 'short-keys',
    apply: 'build',
    enforce: 'post',
    transform(code, name) {
      if (!name.startsWith(SOURCE) || name.includes('/i18n/en/')) return null;
      const edits: [number, number, string][] = [];
      visit(parseAst(code) as unknown as Node, (node) => {
        const key = node.type === 'Literal' && SHORT.keys.get(String(node.value));
        if (key) edits.push([node.start, node.end, JSON.stringify(key)]);
        const quasi = node.type === 'TemplateLiteral' ? node.quasis?.[0] : undefined;
        const start = quasi?.value.raw.endsWith('.') && SHORT.starts.get(quasi.value.raw.slice(0, -1));
        if (start) edits.push([node.start, code.indexOf('${', node.start) + 2, `\`${start}.\${`]);
      });
      let short = code;
      for (const [from, to, text] of edits) short = short.slice(0, from) + text.padEnd(to - from) + short.slice(to);
      return edits.length ? { code: short, map: null } : null;
    },
  };
}

function visit(node: Node, act: (node: Node) => void): void {
  act(node);
  for (const value of Object.values(node)) {
    for (const child of Array.isArray(value) ? value : [value]) {
      if (child && typeof child === 'object' && 'type' in child) visit(child as Node, act);
    }
  }
}
