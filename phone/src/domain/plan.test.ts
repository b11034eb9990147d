import { expect, test } from 'vitest';
import { EMPTY_PLAN, forHardHour, isEmptyPlan, MAX_ENTRIES, withEntry } from './plan';

test('nothing written is no plan', () => {
  expect(isEmptyPlan(EMPTY_PLAN)).toBe(true);
  expect(isEmptyPlan({ ...EMPTY_PLAN, help_me: 'Stay' })).toBe(false);
  expect(isEmptyPlan({ ...EMPTY_PLAN, people: ['1'] })).toBe(false);
});

test('a press shows what can be done without anybody, and no empty step', () => {
  const plan = { ...EMPTY_PLAN, signs: ['a'], places: ['b'], alone: ['c'], people: ['1'] };
  expect(forHardHour(plan)).toEqual([['c'], ['b']]);
});

test('an entry is trimmed, cut, kept once, and no more than ten are', () => {
  expect(withEntry(['a'], ' b ')).toEqual(['a', 'b']);
  expect(withEntry(['a'], 'a')).toEqual(['a']);
  expect(withEntry(['a'], '  ')).toEqual(['a']);
  expect(withEntry([], 'x'.repeat(300))[0]).toHaveLength(200);
  const full = Array.from({ length: MAX_ENTRIES }, (_, index) => `${index}`);
  expect(withEntry(full, 'one more')).toEqual(full);
});
