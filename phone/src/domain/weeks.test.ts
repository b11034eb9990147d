// Eight weeks, in values and in words.
import { expect, test } from 'vitest';
import { givenShares, offersCircle } from './check-in';
import { inWords, isOn, lastWeeks, leaning, weekStart } from './weeks';

const NOW = Date.parse('2026-03-11T12:00:00');
const look = (created_at: string, week: object) => ({ created_at, week });

test('a week begins on Monday, also where the clocks change', () => {
  expect(weekStart(Date.parse('2026-03-30T00:10:00')).getDate()).toBe(30);
  expect(weekStart(Date.parse('2026-03-29T23:50:00')).getDate()).toBe(23);
});

test('a day of the week is one of this phone’s calendar, Monday is 0', () => {
  expect(isOn(0, Date.parse('2026-03-30T00:10:00'))).toBe(true);
  expect(isOn(6, Date.parse('2026-03-29T23:50:00'))).toBe(true);
  expect(isOn(2, NOW)).toBe(true);
  expect(isOn(6, NOW)).toBe(false);
});

test('the latest look of a week counts, and what was left out stays empty', () => {
  const weeks = lastWeeks(
    [
      look('2026-03-10T20:00:00', { sleep: 3 }),
      look('2026-03-09T20:00:00', { sleep: 1, care: 1 }),
      look('2026-02-22T20:00:00', { care: 2 }),
      look('2025-12-01T20:00:00', { care: 3 }),
    ],
    NOW,
  );
  expect(weeks.sleep).toEqual([null, null, null, null, null, null, null, 3]);
  expect(weeks.care).toEqual([null, null, null, null, 2, null, null, null]);
});

test.each([
  [[null, null], { how: 'none', usual: 0, lately: null }],
  [[null, 2], { how: 'one', usual: 2, lately: null }],
  [[1, null, 1, 1], { how: 'every', usual: 1, lately: null }],
  [[1, 1, 1, 3, 3], { how: 'most', usual: 1, lately: 3 }],
  [[0, 1, 2, 2, 1, 3], { how: 'some', usual: 2, lately: null }],
  [[3, 2, 2, 0, 0], { how: 'most', usual: 2, lately: 0 }],
  [[1, 2, null, 2, 2, 3, 3, 3], { how: 'most', usual: 2, lately: 3 }],
  [[2, 0, 1, 1, 2, 2], { how: 'some', usual: 1, lately: 2 }],
])('%j in words', (values, spoken) => {
  expect(inWords(values)).toEqual(spoken);
});

const NONE = lastWeeks([], NOW);

test('two or three weeks that lean the same way, and nothing else', () => {
  expect(leaning(NONE)).toBeNull();
  expect(leaning({ ...NONE, people: [3, 3, null, 1, 0] })).toBe('people');
  expect(leaning({ ...NONE, people: [0, 0, 2] })).toBeNull();
  expect(leaning({ ...NONE, people: [null, null, 0] })).toBeNull();
  expect(leaning({ ...NONE, urges: [2, 3, 2] })).toBe('urges');
  expect(leaning({ ...NONE, urges: [0, 1, 0] })).toBeNull();
});

test('only what was given is shared, and with nobody who would see nothing', () => {
  const content = { feeling: 1, halt: [], note: ' ', week: { care: 0 } };
  const shares = { ben: ['feeling', 'note'], ana: ['halt'], eli: ['week.care'] } as const;
  expect(givenShares(content, { ben: [...shares.ben], ana: [...shares.ana], eli: [...shares.eli] })).toEqual([
    { membership_id: 'ben', parts: ['feeling'] },
    { membership_id: 'eli', parts: ['week.care'] },
  ]);
});

test('a hand is offered after very low or lonely', () => {
  expect([{ feeling: 0 }, { feeling: 4, halt: ['lonely' as const] }, { feeling: 1 }, {}].map(offersCircle)).toEqual([
    true,
    true,
    false,
    false,
  ]);
});
