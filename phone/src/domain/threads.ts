// Threads: what is new in one, its days, and how many words stand there without a sign. Pure; items come newest first.
import type { ThreadItem } from '../contract/types';
import { sameDay } from './day';

export const UNDO_MS = 5_000;
/** As many words as the server takes in a row to one person without a sign from them. */
export const MAX_IN_A_ROW = 3;
const DAY_MS = 24 * 60 * 60_000;

/** Return the oldest item from the other person that was not there before; undefined where all was, or nothing is known. */
export function firstNew(items: ThreadItem[], before: ThreadItem[] | undefined): string | undefined {
  if (!before) return undefined;
  const seen = new Set(before.map((item) => item.id));
  const last = before[0]?.created_at ?? '';
  return items.filter((item) => !item.mine && !seen.has(item.id) && item.created_at > last).at(-1)?.id;
}

/** Return the items by day, oldest first; a day is one of this phone's calendar, named by the moment of its first item. */
export function inDays(items: ThreadItem[]): [string, ThreadItem[]][] {
  const days: [string, ThreadItem[]][] = [];
  for (const item of [...items].reverse()) {
    const latest = days.at(-1);
    if (latest && sameDay(undefined, latest[0], item.created_at)) latest[1].push(item);
    else days.push([item.created_at, [item]]);
  }
  return days;
}

/** Whether I have said today, in my time zone, that we talked. */
export const talkedToday = (items: ThreadItem[], now: number, zone?: string): boolean =>
  items.some((item) => item.mine && item.kind === 'talked' && sameDay(zone, item.created_at, now));

/** Return how many of my words of the last day stand there without a sign from the other person. */
export function unanswered(items: ThreadItem[], now: number): number {
  const sign = items.findIndex((item) => !item.mine && item.kind !== 'reach_out' && item.kind !== 'commitment');
  const since = items.slice(0, sign < 0 ? items.length : sign);
  // "I see you" is a sign as well, and nobody says when it was given.
  if (since.some(({ kind, done }) => kind === 'check_in' && done)) return 0;
  return since.filter(({ kind, created_at }) => kind === 'reach_in' && now - Date.parse(created_at) < DAY_MS).length;
}
