import { expect, test } from 'vitest';
import { asksAgain } from './away';

const MINUTE = 60_000;

test.each([
  ['a minute of five', 5 * MINUTE, MINUTE, MINUTE, false],
  ['five minutes', 5 * MINUTE, 5 * MINUTE, 5 * MINUTE, true],
  ['at once', 0, 0, 0, true],
  ['a phone that slept, and did not count', 5 * MINUTE, 6 * MINUTE, 100, true],
  ['a clock that was set back a little', 5 * MINUTE, MINUTE, 6 * MINUTE, true],
  ['a clock that was set back behind the start', 15 * MINUTE, -1, 10, true],
])('after %s', (_, after, byClock, byPage, asks) => {
  expect(asksAgain(after, byClock, byPage)).toBe(asks);
});
