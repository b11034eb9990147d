// The last eight weeks: one value each, how they are said in words, and whether they lean one way. Pure.
import type { CheckIn, WeekItem } from './check-in';
import { isWind, WEEK_ITEMS } from './check-in';

export const WEEKS = 8;
/** 0 to 3; null where the week, or this item of it, was left out. */
export type Values = (number | null)[];

/** Return the Monday on which the week of this moment begins, on this phone's calendar. */
export function weekStart(at: string | number): Date {
  const then = new Date(at);
  return new Date(then.getFullYear(), then.getMonth(), then.getDate() - ((then.getDay() + 6) % 7));
}

/** Return the Monday so many weeks before this one. */
export function weeksBefore(now: number, weeks: number): Date {
  const monday = weekStart(now);
  monday.setDate(monday.getDate() - 7 * weeks);
  return monday;
}

/** Whether this moment lies on that day of the week, Monday is 0, on this phone's calendar. */
export const isOn = (day: number, at: number): boolean => (new Date(at).getDay() + 6) % 7 === day;

/** Return the values of the last eight weeks by item, the oldest first. The latest look of a week counts. */
export function lastWeeks(checkIns: Pick<CheckIn, 'week' | 'created_at'>[], now: number): Record<WeekItem, Values> {
  const looks = Array.from({ length: WEEKS }, (_, index) => {
    const starts = weeksBefore(now, WEEKS - 1 - index);
    // Newest first, as the server lists them.
    return checkIns.find(({ week, created_at }) => week && +weekStart(created_at) === +starts)?.week;
  });
  const values = (item: WeekItem) => looks.map((look) => look?.[item] ?? null);
  return Object.fromEntries(WEEK_ITEMS.map((item) => [item, values(item)])) as Record<WeekItem, Values>;
}

export interface Spoken {
  how: 'none' | 'one' | 'every' | 'most' | 'some';
  /** What it was in these weeks, and what it has been lately where that differs: 0 to 3. */
  usual: number;
  lately: number | null;
}

/** Say eight values in words: what was most often, and what the last two weeks agree on where that differs. Never better or worse. */
export function inWords(values: Values): Spoken {
  const given = values.filter((value) => value !== null);
  const [before, last] = given.slice(-2);
  const agreed = given.length > 3 && last !== undefined && last === before ? last : null;
  const earlier = agreed === null ? given : given.slice(0, -2);
  const times = (value: number) => earlier.filter((other) => other === value).length;
  const usual = [3, 2, 1, 0].reduce((best, value) => (times(value) > times(best) ? value : best), 3);
  const lately = agreed === usual ? null : agreed;
  if (!given.length) return { how: 'none', usual: 0, lately };
  if (given.length === 1) return { how: 'one', usual, lately };
  if (times(usual) === earlier.length) return { how: lately === null ? 'every' : 'most', usual, lately };
  return { how: 2 * times(usual) > earlier.length ? 'most' : 'some', usual, lately };
}

/** Return the first item of which the last two or three weeks all lean the same way; null where none does. */
export function leaning(weeks: Record<WeekItem, Values>): WeekItem | null {
  const leans = (item: WeekItem) => {
    const recent = weeks[item].slice(-3).filter((value) => value !== null);
    return recent.length > 1 && recent.every((value) => (isWind(item) ? value > 1 : value < 2));
  };
  return WEEK_ITEMS.find(leans) ?? null;
}
