// Keys of sentences are names to whoever writes a screen, and weight to whoever loads it. A build gives each a short id, in the code
// and in the catalogues alike. Catalogues are tested with the keys, and the built app with the ids.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Plugin } from 'vite';
import { parseAst } from 'vite';
import { en } from '../src/i18n/en';

const SOURCE = join(import.meta.dirname, '..', 'src');
const LETTERS = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ';
/** What may stand before `${` where a key is put together: only the part before the full stop may become short. */
const START = /`([\w-]+)\.\$\{/g;

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

function startsIn(folder: string): Set<string> {
  const names = (readdirSync(folder, { recursive: true }) as string[]).filter((name) => /(?<!test)\.tsx?$/.test(name));
  const code = names.map((name) => readFileSync(join(folder, name), 'utf8'));
  return new Set(code.flatMap((text) => [...text.matchAll(START)].map(([, start]) => start as string)));
}

/** Starts of keys that are put together, and whole keys, each with its id. A key of the first kind keeps its end. */
function ids(): { starts: Map<string, string>; keys: Map<string, string> } {
  const found = startsIn(SOURCE);
  const startOf = (key: string) => key.slice(0, key.indexOf('.'));
  const keys = Object.keys(en);
  const starts = [...new Set(keys.map(startOf))].filter((start) => found.has(start));
  const shortStarts = new Map(starts.map((start, number) => [start, id(number)]));
  let whole = 0;
  const short = (key: string) => {
    const start = shortStarts.get(startOf(key));
    return start ? start + key.slice(key.indexOf('.')) : id(whole++);
  };
  return { starts: shortStarts, keys: new Map(keys.map((key) => [key, short(key)])) };
}

const SHORT = ids();

/** Return a catalogue with the ids in place of its keys. */
export const shortened = (catalogue: Record<string, string>): Record<string, string> =>
  Object.fromEntries(Object.entries(catalogue).map(([key, words]) => [SHORT.keys.get(key), words]));

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
