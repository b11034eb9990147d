// What a phone reports of itself may be anything; what is made of it is a tag, a region, a zone or nothing, and never an error.
import { afterEach, describe, expect, test, vi } from 'vitest';
import { region, tags, timeZone } from '../platform/locale';
import { ago, clock, day, list } from './format';
import { speak, tRich } from './index';
import { moment, span } from './span';

afterEach(() => {
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

async function phone(navigator: object) {
  vi.stubGlobal('navigator', navigator);
  vi.stubGlobal('document', { documentElement: { lang: 'en', dir: '' } });
  await speak('en');
}

describe('languages', () => {
  test.each([
    [{ languages: ['en-US@posix'], language: 'en-US@posix' }, ['en-US'], 'US'],
    [{ languages: ['C'], language: 'C' }, [], undefined],
    [{ languages: ['es_MX.UTF-8', 'C', 'en-us'], language: '' }, ['es-MX', 'en-US'], 'MX'],
    [{ languages: [], language: 'de-AT' }, ['de-AT'], 'AT'],
    [{ languages: [] }, [], undefined],
    [{ languages: [undefined, 7, null, ''] }, [], undefined],
    [{}, [], undefined],
    [{ languages: ['x-klingon', 'en-001', 'en-GB-u-hc-h12'] }, ['en-001', 'en-GB-u-hc-h12'], 'GB'],
    [
      {
        get languages(): never {
          throw new Error('not here');
        },
        language: 'es',
      },
      ['es'],
      undefined,
    ],
  ])('%#', async (navigator, known, where) => {
    await phone(navigator);
    expect(tags()).toEqual(known);
    expect(region()).toBe(where);
    expect(clock(0)).not.toBe('');
  });
});

test.each(['Etc/Unknown', '', 'Mars/Base', undefined])('a time zone %s is none', async (reportedZone) => {
  await phone({});
  vi.spyOn(Intl.DateTimeFormat.prototype, 'resolvedOptions').mockReturnValue({
    timeZone: reportedZone,
  } as Intl.ResolvedDateTimeFormatOptions);
  expect(timeZone()).toBe('UTC');
});

test('where the browser formats nothing, times are still told', async () => {
  vi.stubGlobal('Intl', {});
  await phone({ languages: ['en-GB'] });
  const at = new Date(2026, 2, 4, 9, 5);
  expect(clock(at)).toBe('9:05');
  expect(moment(at.toISOString())).toBe('9:05');
  expect(day(at, at.getTime() + 30 * 86_400_000)).toBe('2026-3-4');
  expect([list(['Ana', 'Ben']), span(90), timeZone(), region()]).toEqual(['Ana, Ben', '90 s', 'UTC', undefined]);
  expect(tRich('ago.minutes', { n: 1 })).not.toEqual(tRich('ago.minutes', { n: 2 }));
});

test('what is no moment is no error', async () => {
  await phone({ languages: ['en-GB'] });
  expect([clock('soon'), day('soon'), moment('soon')]).toEqual(['', '', '']);
  expect(ago('soon')).toBe('just now');
});
