// "Off tonight" ends with the night that somebody is in, also when they go to bed after midnight.
import { expect, test } from 'vitest';
import { morning } from './morning';

test.each([
  ['2026-11-28T21:30:00', '2026-11-29T08:00:00'],
  ['2026-11-28T09:00:00', '2026-11-29T08:00:00'],
  ['2026-11-29T00:30:00', '2026-11-29T08:00:00'],
  ['2026-11-29T04:59:00', '2026-11-29T08:00:00'],
  ['2026-11-29T05:00:00', '2026-11-30T08:00:00'],
])('who goes off at %s is back at %s', (now, back) => {
  expect(morning(Date.parse(now))).toEqual(new Date(back));
});
