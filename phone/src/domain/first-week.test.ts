// The first week: what is done, what comes next, and when a small circle is spoken of.
import { describe, expect, test } from 'vitest';
import type { Situation } from './first-week';
import { doneSteps, FIRST_STEPS, isCircleDay, isFirstWeek, nextFirstStep } from './first-week';

const NOTHING: Situation = { people: 0, notify: false, hours: false, plan: false };
const DAY = 24 * 60 * 60_000;
const MADE = '2026-03-04T21:30:00Z';
const after = (days: number): number => Date.parse(MADE) + days * DAY;

describe('the next step', () => {
  test.each([
    [NOTHING, 'people'],
    [{ ...NOTHING, people: 1 }, 'notify'],
    [{ ...NOTHING, notify: true }, 'people'],
    [{ ...NOTHING, people: 1, notify: true }, 'hours'],
    [{ ...NOTHING, people: 1, notify: true, hours: true }, 'plan'],
    [{ people: 4, notify: true, hours: true, plan: true }, 'five'],
    [{ people: 5, notify: true, hours: true, plan: true }, undefined],
  ] as const)('%j: %s', (situation, next) => {
    expect(nextFirstStep(situation)).toBe(next);
  });

  test('whatever is done in whichever order counts', () => {
    expect(doneSteps({ ...NOTHING, plan: true, hours: true })).toEqual(['hours', 'plan']);
    expect(doneSteps({ people: 9, notify: true, hours: true, plan: true })).toEqual(FIRST_STEPS);
  });
});

test('it is offered for two weeks, and never without a known beginning', () => {
  expect(isFirstWeek(MADE, after(0))).toBe(true);
  expect(isFirstWeek(MADE, after(13.9))).toBe(true);
  expect(isFirstWeek(MADE, after(14))).toBe(false);
  expect(isFirstWeek('', after(0))).toBe(false);
});

test('a small circle is spoken of on one day of the week, and not in the first', () => {
  const days = Array.from({ length: 29 }, (_, day) => day).filter((day) => isCircleDay(MADE, after(day)));
  expect(days).toEqual([7, 14, 21, 28]);
  expect(isCircleDay('', after(7))).toBe(false);
});
