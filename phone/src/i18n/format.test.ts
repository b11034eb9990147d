// Times and lists of names, as the phone's own region writes them.
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { ago, clock, day, list, place } from './format';
import { speak } from './index';
import { moment, span } from './span';

// A Wednesday evening, in whatever zone the tests run.
const NOW = new Date(2026, 2, 4, 21, 47).getTime();
const MINUTE = 60_000;
// Versions of the Unicode tables differ in their spaces.
const plain = (text: string) => text.replace(/[\u202f\u00a0]/g, ' ').replace('p. m.', 'p.m.');

async function speaks(...languages: string[]) {
  vi.stubGlobal('navigator', { languages });
  vi.stubGlobal('document', { documentElement: { lang: 'en', dir: '' } });
  await speak(languages[0] as string);
}
beforeEach(() => speaks('en-GB', 'es'));
afterEach(() => vi.unstubAllGlobals());

describe('the clock', () => {
  test.each([
    ['en-GB', '21:47'],
    ['en-US', '9:47 PM'],
    ['es-ES', '21:47'],
    ['es-US', '9:47 p.m.'],
    ['de-AT', '21:47'],
  ])('as in %s', async (tag, shown) => {
    await speaks(tag);
    expect(plain(clock(NOW))).toBe(shown);
  });

  test('where the phone does not speak our language, as the language does', async () => {
    await speaks('sw-KE');
    expect(place()).toBe('en');
  });
});

describe('the day', () => {
  test.each([
    [new Date(2026, 2, 4, 18, 2), '18:02'],
    // A clock that runs behind: the future is today.
    [new Date(2026, 2, 5, 0, 5), '0:05'],
    [new Date(2026, 2, 3, 23, 59), 'Yesterday'],
    [new Date(2026, 2, 2, 0, 1), 'Monday'],
    [new Date(2026, 1, 26, 12), 'Thursday'],
    [new Date(2026, 1, 25, 12), '25 Feb'],
  ])('of %s', (at, shown) => {
    expect(day(at, NOW)).toBe(shown);
  });

  test('in the night in which the clocks change it is still one day', () => {
    const before = process.env.TZ;
    process.env.TZ = 'Europe/London';
    expect(day(new Date(2026, 2, 28, 23, 0), new Date(2026, 2, 29, 23, 0).getTime())).toBe('Yesterday');
    expect(day(new Date(2026, 9, 24, 23, 0), new Date(2026, 9, 25, 23, 0).getTime())).toBe('Yesterday');
    process.env.TZ = before;
  });
});

test.each([
  [-5 * MINUTE, 'just now'],
  [59_000, 'just now'],
  [MINUTE, '1 minute ago'],
  [59 * MINUTE, '59 minutes ago'],
  [60 * MINUTE, '1 hour ago'],
  [150 * MINUTE, '2 hours ago'],
])('%i ms ago', (passed, shown) => {
  expect(ago(new Date(NOW - passed).toISOString(), NOW)).toBe(shown);
});

test('names', async () => {
  expect(list(['Ana'])).toBe('Ana');
  expect(list(['Ana', 'Ben', 'Chidi'])).toBe('Ana, Ben and Chidi');
  await speaks('es');
  expect(list(['Ana', 'Ben', 'Inés'])).toBe('Ana, Ben e Inés');
  await speaks('de-CH');
  expect(list(['Ana', 'Ben', 'Chidi'])).toBe('Ana, Ben und Chidi');
});

test.each([
  [30, '30 seconds'],
  [90, '90 seconds'],
  [180, '3 minutes'],
  [3600, '1 hour'],
  [5400, '1.5 hours'],
])('a span of %i s', (seconds, shown) => {
  expect(span(seconds)).toBe(shown);
});

test('a span, a day and a moment in German', async () => {
  await speaks('de-AT');
  expect(span(5400)).toBe('1,5 Stunden');
  expect(day(new Date(2026, 2, 3, 23, 59), NOW)).toBe('Gestern');
  expect(plain(moment(new Date(2026, 2, 5, 18, 0).toISOString()))).toMatch(/^Do\.?,? 18:00$/);
});

test('a moment within the next days', () => {
  expect(plain(moment(new Date(2026, 2, 5, 18, 0).toISOString()))).toMatch(/^Thu,? 18:00$/);
});
