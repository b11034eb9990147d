// Weighs what a phone has to load: every script and catalogue that the build has made, as gzip sends it.
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

const LIMIT = 30_000;
const DIST = join(dirname(fileURLToPath(import.meta.url)), '..', 'dist');
const weigh = (path) => gzipSync(readFileSync(join(DIST, path)), { level: 9 }).length;
const assets = readdirSync(join(DIST, 'assets')).map((name) => `assets/${name}`);
const scripts = [...assets.filter((name) => /\.(js|json)$/.test(name)), 'sw.js'];
let all = 0;
for (const path of scripts) {
  all += weigh(path);
  console.log(`${String(weigh(path)).padStart(7)}  ${path}`);
}
console.log(`${String(all).padStart(7)}  JavaScript in all, of ${LIMIT}`);
for (const path of assets.filter((name) => name.endsWith('.css'))) console.log(`${String(weigh(path)).padStart(7)}  ${path}`);
if (all > LIMIT) process.exitCode = 1;
