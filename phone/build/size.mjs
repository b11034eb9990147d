// Weighs what a phone has to load, in gzip as the server sends it (api/phone_app.py): every script together, then the style and the words of each language.
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

const LIMIT = 30_000;
const DIST = join(dirname(fileURLToPath(import.meta.url)), '..', 'dist');
const weigh = (path) => gzipSync(readFileSync(join(DIST, path)), { level: 9, memLevel: 7 }).length;
const show = (weight, what) => console.log(`${String(weight).padStart(7)}  ${what}`);
const made = [...readdirSync(join(DIST, 'assets')).map((name) => `assets/${name}`), 'sw.js'];
const scripts = made.filter((name) => name.endsWith('.js'));
for (const path of scripts) show(weigh(path), path);
const all = scripts.reduce((sum, path) => sum + weigh(path), 0);
show(all, `JavaScript in all, of ${LIMIT}`);
for (const path of made.filter((name) => /\.(css|json)$/.test(name))) show(weigh(path), path);
if (all > LIMIT) process.exitCode = 1;
