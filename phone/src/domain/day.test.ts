import { expect, test } from 'vitest';
import { dayIn, sameDay, timeIn } from './day';

/** Half past ten in the evening in London, the next morning in Auckland. */
const AT = '2026-11-29T22:30:00Z';

test('a day and a time of day are those of the zone', () => {
  expect([dayIn('Europe/London', AT), timeIn('Europe/London', AT)]).toEqual(['2026-11-29', '22:30']);
  expect([dayIn('Pacific/Auckland', AT), timeIn('Pacific/Auckland', AT)]).toEqual(['2026-11-30', '11:30']);
  expect(timeIn('UTC', '2026-03-10T00:05:00Z')).toBe('00:05');
});

test('two moments of one day here can lie on two days there', () => {
  const morning = '2026-11-29T08:00:00Z';
  expect(sameDay('Europe/London', morning, AT)).toBe(true);
  expect(sameDay('Pacific/Auckland', morning, AT)).toBe(false);
});

test('a zone that the phone does not know is read as its own', () => {
  expect(dayIn('Mars/Olympus', AT)).toBe(dayIn(undefined, AT));
});
