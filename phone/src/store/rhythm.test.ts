// The week has its day, but not before there is something of a week to look at.
import { afterEach, expect, test } from 'vitest';
import type { Me } from '../contract/types';
import { isWeekDay, keepRhythm } from './rhythm';
import { change } from './store';

/** A Sunday. */
const NOW = Date.parse('2026-11-29T12:00:00');
const joined = (days: number) => change({ me: { created_at: new Date(NOW - days * 86_400_000).toISOString() } as Me });
afterEach(() => keepRhythm({ week: null }));

test('a Sunday in the first days is nobody’s week', () => {
  joined(0);
  expect(isWeekDay(NOW)).toBe(false);
  joined(4);
  expect(isWeekDay(NOW)).toBe(true);
});

test('a day that was chosen holds from the first one on', () => {
  joined(0);
  keepRhythm({ week: { at: '18:00', day: 6 } });
  expect(isWeekDay(NOW)).toBe(true);
});
