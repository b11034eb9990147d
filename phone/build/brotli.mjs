// Lays a Brotli copy beside each file that a phone loads as text (RFC 7932). Made here because the best compression takes a second
// that a starting server does not have; the server sends it to a browser that asks for it (api/phone_app.py).
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, constants } from 'node:zlib';

const DIST = join(dirname(fileURLToPath(import.meta.url)), '..', 'dist');
const TEXT = /\.(html|js|css|svg|webmanifest|json|txt)$/;

for (const name of readdirSync(DIST, { recursive: true }).filter((name) => TEXT.test(name))) {
  const text = readFileSync(join(DIST, name));
  const params = {
    [constants.BROTLI_PARAM_MODE]: constants.BROTLI_MODE_TEXT,
    [constants.BROTLI_PARAM_SIZE_HINT]: text.length,
  };
  // The highest quality is the default.
  const small = brotliCompressSync(text, { params });
  if (small.length < text.length) writeFileSync(join(DIST, `${name}.br`), small);
}
