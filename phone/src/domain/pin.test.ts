import { expect, test } from 'vitest';
import { MOST_TRIES, PIN_PATTERN, waitFor } from './pin';

const at = (tries: number, now = 0) => waitFor({ tries, tried_at: 0 }, now);

test('the first wrong ones wait for nothing, then each waits longer', () => {
  expect([0, 1, 2, 3, 4, 5, 6, 9].map((tries) => at(tries) / 1_000)).toEqual([0, 0, 0, 30, 60, 300, 900, 900]);
});

test('a wait goes by', () => {
  expect(at(3, 10_000)).toBe(20_000);
  expect(at(3, 30_000)).toBe(0);
});

test('a clock that was set back holds nobody for longer than the whole wait', () => {
  expect(at(3, -999_999_999)).toBe(30_000);
});

test('after the last one no time helps', () => {
  expect(at(MOST_TRIES, 1e15)).toBe(Infinity);
});

test.each([
  ['123456', true],
  ['0042004200', true],
  ['12345', false],
  ['12345a', false],
])('%s as a PIN: %s', (pin, usable) => {
  expect(new RegExp(`^(?:${PIN_PATTERN})$`, 'v').test(pin)).toBe(usable);
});
