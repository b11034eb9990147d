// The catalogues: complete, alike in what is filled in, and in the tone of the house.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { CATALOGUES, OUTSIDE } from './catalogues';
import { en } from './en';
import { outside as english } from './en/outside';
import type { Key } from './index';
import { isKey, language, speak, t, tRich } from './index';
import type { Language } from './languages';
import { LANGUAGES, nearest } from './languages';
import type { OutsideKey } from './outside';
import { errorText } from './problem';

const KEYS = Object.keys(en) as Key[];
/** What may stand in a catalogue as it stands in English: names, and words that two languages share. */
const SAME: Partial<Record<Language, Key[]>> = {
  es: ['channel-kind.sms', 'device.iphone'],
  de: ['channel-kind.sms', 'device.iphone', 'device.computer', 'plan.name-label', 'settings.passkeys'],
};
const TAGS = Object.keys(LANGUAGES) as Language[];
const OTHERS = TAGS.filter((tag) => tag !== 'en');
const places = (text: string) => [...new Set(text.match(/\{\w+\}/g))].sort();
const forms = (text: string) => text.split('|');

beforeEach(() => vi.stubGlobal('document', { documentElement: { lang: 'en', dir: '' } }));
afterEach(async () => {
  await speak('en');
  vi.unstubAllGlobals();
});

test('every folder of words has its row, and every row its folder', () => {
  const folders = readdirSync(import.meta.dirname, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  expect(folders.map(({ name }) => name).sort()).toEqual([...TAGS].sort());
});

describe.each(OTHERS)('%s', (tag) => {
  const catalogue = CATALOGUES[tag];

  test('says everything that English says, in the same order', () => {
    expect(Object.keys(catalogue)).toEqual(KEYS);
    expect(KEYS.filter((key) => !catalogue[key].trim() || !en[key].trim())).toEqual([]);
  });

  test('fills in what English fills in', () => {
    const different = KEYS.filter((key) => places(en[key]).join() !== places(catalogue[key]).join());
    expect(different.map((key) => [key, en[key], catalogue[key]])).toEqual([]);
  });

  test('has two forms of a sentence where English has two, each with the same places', () => {
    for (const key of KEYS) {
      expect(forms(catalogue[key]).length, key).toBe(forms(en[key]).length);
      expect(forms(en[key]).length, key).toBeLessThanOrEqual(2);
    }
  });

  test('leaves nothing in English by mistake', () => {
    const same = KEYS.filter((key) => en[key] === catalogue[key] && /[a-z]{3}/i.test(en[key].replace(/\{\w+\}/g, '')));
    expect(same.sort()).toEqual([...(SAME[tag] ?? [])].sort());
  });

  test('says outside of the app what English says there', () => {
    expect(Object.keys(OUTSIDE[tag])).toEqual(Object.keys(english));
    expect(
      (Object.keys(english) as OutsideKey[]).filter(
        (key) => !OUTSIDE[tag][key].trim() || OUTSIDE[tag][key] === english[key],
      ),
    ).toEqual([]);
  });
});

test.each(TAGS)('%s: calm, without exclamation marks, and silent about recovery', (tag) => {
  for (const [key, text] of [...Object.entries(CATALOGUES[tag]), ...Object.entries(OUTSIDE[tag])]) {
    expect(text, key).not.toMatch(/[!¡]/);
    expect(text, key).not.toMatch(
      /\b(sober|sobri|relapse|reca[íi]da|addict|adicci|nüchtern|rückf[aä]ll|abhängig|sucht|süchtig)|\b(AA|NA)\b/i,
    );
    expect(text, key).not.toMatch(/ {2}|^ |\.\.\./);
  }
});

test.each([
  ['de', 'de'],
  ['de-AT', 'de'],
  ['de_CH', 'de'],
  ['ES-mx', 'es'],
  ['est', 'en'],
  ['den', 'en'],
  ['', 'en'],
  ['constructor', 'en'],
])('the phone says %j: %s is spoken', (tag, spoken) => {
  expect(nearest(tag)).toBe(spoken);
});

test('every word that the code names is in the catalogue, and none is left over', () => {
  const root = join(import.meta.dirname, '..');
  const code = (readdirSync(root, { recursive: true }) as string[])
    .filter((name) => /\.tsx?$/.test(name) && !/test|schema|i18n\/[a-z]{2}\//.test(name))
    .map((name) => readFileSync(join(root, name), 'utf8'))
    .join('\n');
  const starts = [...code.matchAll(/`([\w-]+\.)\$\{[\w.]+\}`/g)].map(([, start]) => start as string);
  const unused = KEYS.filter((key) => !code.includes(`'${key}'`) && !starts.some((start) => key.startsWith(start)));
  expect(unused).toEqual([]);
  const page = readFileSync(join(root, '..', 'index.html'), 'utf8');
  expect(Object.keys(english).filter((key) => !code.includes(`'${key}'`) && !page.includes(`{${key}}`))).toEqual([]);
});

describe('saying', () => {
  test('English chooses between one and more', () => {
    expect(t('home.reachable-count', { n: 1 })).toBe('1 person can be reached now.');
    expect(t('home.reachable-count', { n: 3 })).toBe('3 people can be reached now.');
    expect(t('ago.minutes', { n: 0 })).toBe('0 minutes ago');
  });

  test('Spanish does too, once it is spoken', async () => {
    await speak('es-MX');
    expect(language()).toBe('es');
    const [one, more] = forms(CATALOGUES.es['home.reachable-count']) as [string, string];
    expect(t('home.reachable-count', { n: 1 })).toBe(one.replace('{n}', '1'));
    expect(t('home.reachable-count', { n: 3 })).toBe(more.replace('{n}', '3'));
    // Spanish has a form of its own for millions; it must not come out as "one".
    expect(t('home.reachable-count', { n: 1_000_000 })).toBe(more.replace('{n}', '1000000'));
  });

  test('German does too', async () => {
    await speak('de-AT');
    expect(language()).toBe('de');
    expect(t('home.reachable-count', { n: 1 })).toBe('1 Mensch ist jetzt erreichbar.');
    expect(t('home.reachable-count', { n: 3 })).toBe('3 Menschen sind jetzt erreichbar.');
  });

  test('a language that we do not speak is English', async () => {
    await speak('es');
    await speak('sw-KE');
    expect([language(), t('tab.home')]).toEqual(['en', 'Home']);
  });

  test('the order of the sentence is the catalogue’s, and elements can stand in it', () => {
    const name = { type: 'b' } as never;
    expect(tRich('answered.calling', { name })).toEqual(['', name, ' is calling you now.']);
    expect(t('answered.calling', { name: 'Ana' })).toBe('Ana is calling you now.');
  });

  test('a name that looks like a place is only a name', () => {
    expect(t('answered.calling', { name: '{n}|{name}' })).toBe('{n}|{name} is calling you now.');
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
