// The catalogues: complete, alike in what is filled in, and in the tone of the house.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { en } from './en';
import { es } from './es';
import type { Key } from './index';
import { isKey, language, speak, t, tRich } from './index';
import { errorText } from './problem';

const KEYS = Object.keys(en) as Key[];
const places = (text: string) => [...new Set(text.match(/\{\w+\}/g))].sort();
const forms = (text: string) => text.split('|');

beforeEach(() => vi.stubGlobal('document', { documentElement: { lang: 'en', dir: '' } }));
afterEach(async () => {
  await speak('en');
  vi.unstubAllGlobals();
});

test('Spanish says everything that English says, in the same order', () => {
  expect(Object.keys(es)).toEqual(KEYS);
  expect(KEYS.filter((key) => !es[key].trim() || !en[key].trim())).toEqual([]);
});

test('what is filled in is the same in both', () => {
  const different = KEYS.filter((key) => places(en[key]).join() !== places(es[key]).join());
  expect(different.map((key) => [key, en[key], es[key]])).toEqual([]);
});

test('a sentence with forms has two of them in both, each with the same places', () => {
  for (const key of KEYS) {
    const [english, spanish] = [forms(en[key]), forms(es[key])];
    expect(spanish.length, key).toBe(english.length);
    expect(english.length, key).toBeLessThanOrEqual(2);
  }
});

test('nothing is left in English by mistake', () => {
  const same = KEYS.filter((key) => en[key] === es[key] && /[a-z]{3}/i.test(en[key].replace(/\{\w+\}/g, '')));
  expect(same).toEqual(['channel-kind.sms', 'device.iphone']);
});

test.each([
  ['English', en],
  ['Spanish', es],
])('%s: calm, without exclamation marks, and silent about recovery', (_, catalogue) => {
  for (const [key, text] of Object.entries(catalogue)) {
    expect(text, key).not.toMatch(/[!¡]/);
    expect(text, key).not.toMatch(/\b(sober|sobri|relapse|reca[íi]da|addict|adicci)|\b(AA|NA)\b/);
    expect(text, key).not.toMatch(/ {2}|^ |\.\.\./);
  }
});

test('every word that the code names is in the catalogue, and none is left over', () => {
  const root = join(import.meta.dirname, '..');
  const code = (readdirSync(root, { recursive: true }) as string[])
    .filter((name) => /\.tsx?$/.test(name) && !/test|schema|i18n\/e[ns][./]/.test(name))
    .map((name) => readFileSync(join(root, name), 'utf8'))
    .join('\n');
  const starts = [...code.matchAll(/`([\w-]+\.)\$\{[\w.]+\}`/g)].map(([, start]) => start as string);
  const unused = KEYS.filter((key) => !code.includes(`'${key}'`) && !starts.some((start) => key.startsWith(start)));
  expect(unused).toEqual([]);
});

describe('saying', () => {
  test('English chooses between one and more', () => {
    expect(t('home.reach', { n: 1 })).toBe('1 person can be reached now.');
    expect(t('home.reach', { n: 3 })).toBe('3 people can be reached now.');
    expect(t('ago.minutes', { n: 0 })).toBe('0 minutes ago');
  });

  test('Spanish does too, once it is spoken', async () => {
    await speak('es-MX');
    expect(language()).toBe('es');
    const [one, more] = forms(es['home.reach']) as [string, string];
    expect(t('home.reach', { n: 1 })).toBe(one.replace('{n}', '1'));
    expect(t('home.reach', { n: 3 })).toBe(more.replace('{n}', '3'));
    // Spanish has a form of its own for millions; it must not come out as "one".
    expect(t('home.reach', { n: 1_000_000 })).toBe(more.replace('{n}', '1000000'));
  });

  test('a language that we do not speak is English', async () => {
    await speak('es');
    await speak('sw-KE');
    expect([language(), t('tab.home')]).toEqual(['en', 'Home']);
  });

  test('the order of the sentence is the catalogue’s, and elements can stand in it', () => {
    const name = { type: 'b' } as never;
    expect(tRich('there.calling', { name })).toEqual(['', name, ' is calling you now.']);
    expect(t('there.calling', { name: 'Ana' })).toBe('Ana is calling you now.');
  });

  test('a name that looks like a place is only a name', () => {
    expect(t('there.calling', { name: '{n}|{name}' })).toBe('{n}|{name} is calling you now.');
  });

  test('it knows what it can say', () => {
    expect(isKey('tab.home')).toBe(true);
    expect(isKey('problem.of-a-newer-server')).toBe(false);
  });
});

describe('what went wrong', () => {
  test.each([
    ['/problems/step-one-full', 'Four people at most are told at once. Move one of them first.'],
    ['/problems/name-taken', 'This sign-in name is taken. Choose another one.'],
    ['/problems/network-error', 'There is no connection right now. Please try again in a moment.'],
    ['/problems/of-a-newer-server', 'That did not work. Please try again in a moment.'],
  ])('%s', (type, words) => {
    expect(errorText({ type })).toBe(words);
  });

  test('without any reason', () => {
    expect(errorText({})).toBe('That did not work. Please try again in a moment.');
  });

  test('nothing did', () => {
    expect(errorText(undefined)).toBe('');
  });
});
