// Weighs what a phone has to load, in gzip and in Brotli as the server sends it (api/phone_app.py): what the first screen and the press
// need (the page's scripts with all that they import, and the service worker), every script, then the style and the words of each
// language. The first is held in gzip, which every proxy passes on; all together in Brotli, which every browser that we support asks for.
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

const FIRST = 30_000;
const ALL = 60_000;
const DIST = join(dirname(fileURLToPath(import.meta.url)), '..', 'dist');
const read = (path) => readFileSync(join(DIST, path));
const weigh = (path) => [gzipSync(read(path), { level: 9, memLevel: 7 }).length, read(`${path}.br`).length];
const show = (weights, what) => console.log(`${weights.map((weight) => `${weight}`.padStart(7)).join('')}  ${what}`);
const names = (path, pattern) => [...read(path).toString().matchAll(pattern)].map(([, name]) => `assets/${name}`);

/** A script and whatever it imports before it runs. */
function withImports(path, found = new Set()) {
  if (found.has(path)) return found;
  found.add(path);
  for (const name of names(path, /(?:from|import)\s*["']\.\/([\w.-]+\.js)["']/g)) withImports(name, found);
  return found;
}

const made = [...readdirSync(join(DIST, 'assets')).map((name) => `assets/${name}`), 'sw.js'];
const scripts = made.filter((path) => path.endsWith('.js'));
const first = new Set([
  'sw.js',
  ...names('index.html', /(?:src|href)="\/assets\/([\w.-]+\.js)"/g).flatMap((path) => [...withImports(path)]),
]);
const sum = (paths) =>
  [...paths].map(weigh).reduce((total, weights) => total.map((weight, at) => weight + weights[at]));

show(['gzip', 'Brotli'], '');
for (const path of scripts) show(weigh(path), `${path}${first.has(path) ? '  (first)' : ''}`);
show(sum(first), `JavaScript of the first screen and the press, of ${FIRST} in gzip`);
show(sum(scripts), `JavaScript in all, of ${ALL} in Brotli`);
for (const path of made.filter((name) => /\.(css|json)$/.test(name))) show(weigh(path), path);
if (sum(first)[0] > FIRST || sum(scripts)[1] > ALL) process.exitCode = 1;
