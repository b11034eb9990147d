// How connected somebody is, from what the server counted by week: how often, who has grown distant, what was felt. Pure.
import type { Schemas } from '../contract/types';

type Connected = Schemas['ConnectedOut'];
type FeltWeek = Schemas['FeltOut'];

const DAY_MS = 24 * 60 * 60_000;
/** Weeks on the cord. */
export const CORD_WEEKS = 8;
/** Days without a word from which somebody counts as grown distant. */
const DISTANT_DAYS = 21;
/** Days without the card once a word was sent from it. */
const HUSH_DAYS = 14;

/** A light on the cord: where its thread begins, where it hangs, its radius. */
export interface Bulb {
  x: number;
  y: number;
  cy: number;
  r: number;
}

/** Return the lights of these weeks, the present one first in `weeks` and last on the cord; larger for three times and more. */
export function bulbs(weeks: number[]): Bulb[] {
  const shown = weeks.slice(0, CORD_WEEKS).reverse();
  return shown.flatMap((times, place) => {
    if (!times) return [];
    const x = 24 + 48 * place;
    const along = (x - 2) / 380;
    // The cord is the curve M2 10Q192 30 382 10.
    const y = Math.round(100 + 400 * along * (1 - along)) / 10;
    const r = times < 3 ? 5 : 7;
    return [{ x, y, cy: y + 8 + r, r }];
  });
}

/** Return in how many of the weeks on the cord something was, as a word that is no number; null for one or two. */
export function often(weeks: number[]): 'every' | 'most' | 'some' | null {
  const lit = weeks.slice(0, CORD_WEEKS).filter(Boolean).length;
  if (lit === CORD_WEEKS) return 'every';
  if (lit > CORD_WEEKS / 2) return 'most';
  return lit > 2 ? 'some' : null;
}

/** Return whole days since then. */
export const daysSince = (at: string, now: number): number => Math.floor((now - Date.parse(at)) / DAY_MS);

export const isDistant = (of: Connected, now: number): boolean =>
  daysSince(of.last_connected_at ?? '', now) >= DISTANT_DAYS;

/**
 * Return the one to offer a word to: of those who have grown distant, the one with whom there was most before. Nobody
 * for two weeks after `lastWordAt` (milliseconds), when a word was sent from here.
 */
export function distant(people: Connected[], now: number, lastWordAt: number): Connected | undefined {
  if (now - lastWordAt < HUSH_DAYS * DAY_MS) return undefined;
  const before = (of: Connected) => of.weeks.reduce((sum, times) => sum + times, 0);
  return people.filter((of) => isDistant(of, now) && before(of)).sort((a, b) => before(b) - before(a))[0];
}

/** Return a length of time, in seconds, that is rounded up to what one would say: minutes, from ten on in fives, from an hour on in halves. */
export function rounded(seconds: number): number {
  const step = [1800, 300, 60].find((size) => seconds > size * 2) ?? 60;
  return Math.max(1, Math.ceil(seconds / step)) * step;
}

/**
 * Return the grades (0 to 3) of the earlier and the later half of the weeks in which this was said, the middle one of each;
 * a single one where it was said in one week only, none where in no week. `felt` has the present week first.
 */
export function feltOverTime(felt: FeltWeek[], part: 'seen' | 'safe' | 'soothed'): number[] {
  const said = felt.flatMap((week) => week[part] ?? []).reverse();
  const half = Math.ceil(said.length / 2);
  return [said.slice(0, half), said.slice(half)].filter((grades) => grades.length).map(middle);
}

function middle(grades: number[]): number {
  const sorted = [...grades].sort((a, b) => a - b);
  return Math.round(sorted[Math.floor(sorted.length / 2)] ?? 0);
}
