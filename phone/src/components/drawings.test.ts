// What is shown with <use> has to stand in index.html: a name without a shape draws nothing, and says nothing.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ICONS } from './icons';

const PHONE = join(import.meta.dirname, '..', '..');
const read = (...path: string[]) => readFileSync(join(PHONE, ...path), 'utf8');
const drawn = [...read('index.html').matchAll(/ id="([\w-]+)"/g)].map(([, id]) => id);

test('every icon, and every part of lamp and lantern, is drawn', () => {
  const parts = [...read('src', 'components', 'lamp.tsx').matchAll(/href="#(\w+)"/g)].map(([, id]) => id);
  expect(parts).toContain('lamp');
  expect(drawn).toEqual(expect.arrayContaining([...ICONS.map((name) => `i-${name}`), ...parts]));
});

test('no name is given twice', () => {
  expect(new Set(drawn).size).toBe(drawn.length);
});
