import { expect, test } from 'vitest';
import type { Member, PracticeMember } from '../contract/types';
import { byProgress, daysBetween, isEvening, isUntried, nextPracticeAt, rounded, whomToAsk } from './practice';

const NOW = new Date(2026, 2, 10, 20).getTime();
const ago = (days: number) => new Date(NOW - days * 24 * 60 * 60_000).toISOString();

test.each([
  [0.2, 1],
  [40, 40],
  [89, 89],
  [90, 120],
  [200, 180],
  [5399, 5400],
  [5400, 7200],
  [9000, 10_800],
  [80_000, 79_200],
])('%d seconds are said as %d', (seconds, said) => {
  expect(rounded(seconds)).toBe(said);
});

test('furthest first, and among equals in the order of the circle', () => {
  const states = ['waits', 'seen', 'nothing', 'on_its_way', 'seen', 'arrived'] as const;
  const members = states.map((state, place) => ({ state, role: `${place}` }) as unknown as PracticeMember);
  expect(byProgress(members).map(({ role }) => role)).toEqual(['1', '4', '5', '3', '0', '2']);
});

test('untried after five weeks, and never merely new', () => {
  expect([null, ago(34.9), ago(35.1)].map((at) => isUntried(at, NOW))).toEqual([false, false, true]);
});

test('days are those of the calendar', () => {
  expect(daysBetween(new Date(2026, 2, 9, 23, 59).toISOString(), new Date(2026, 2, 10, 0, 1).getTime())).toBe(1);
  expect([ago(0), ago(12)].map((at) => daysBetween(at, NOW))).toEqual([0, 12]);
  expect(nextPracticeAt(ago(7))).toBe(NOW);
});

test('the evening begins at six and ends at three', () => {
  const hours = [17, 18, 23, 2, 3].map((hour) => isEvening(new Date(2026, 2, 10, hour).getTime()));
  expect(hours).toEqual([false, true, true, true, false]);
});

test('whom to ask whether they may be woken', () => {
  const member = (role: string, reachable: boolean, tonight: boolean) =>
    ({ state: 'active', role, reachable, tonight }) as unknown as Member;
  const [friend, sponsor] = [member('friend', true, false), member('sponsor', true, false)];
  expect(whomToAsk([friend, sponsor])).toBe(sponsor);
  expect(whomToAsk([friend, member('sponsor', false, false)])).toBe(friend);
  expect(whomToAsk([member('friend', true, true)])).toBeUndefined();
  expect(whomToAsk([{ ...sponsor, guest: true }, friend])).toBe(friend);
});
