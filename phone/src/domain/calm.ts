// "Could somebody talk?": who would be asked, how it ended, and the times that somebody may promise. Pure.
import type { Member, ReachOut } from '../contract/types';
import { activeMembers } from './circle';
import { whoIsThere } from './lamps';

const MINUTE_MS = 60_000;
const HALF_HOUR_MS = 30 * MINUTE_MS;
/** How far ahead somebody may promise to talk. */
export const MAX_MINUTES = 720;
/** A time that is nearer than this is "now". */
const NEAREST_MS = 5 * MINUTE_MS;
/** For how long it is said that nobody was free. */
const SAID_FOR_MS = 12 * 60 * MINUTE_MS;

type Asked = Pick<Member, 'state' | 'calm_now' | 'guest'>;

/** Split the circle into those whom a calm ask would tell now, and those who are not asked at this hour. Guests never are. */
export function whoIsFree<T extends Asked>(circle: T[] | null): { free: T[]; others: T[] } {
  const active = activeMembers(circle);
  return {
    free: active.filter((member) => member.calm_now),
    others: active.filter((member) => !member.calm_now && !member.guest),
  };
}

type Ended = Pick<ReachOut, 'calm' | 'outcome' | 'closed_at' | 'recipients'>;

/** Return whether it ended by itself, a while ago at most, and nobody had said yes. */
export const endedQuietly = ({ calm, outcome, closed_at, recipients }: Ended, now: number): boolean =>
  calm && outcome === 'quiet' && now - Date.parse(closed_at ?? '') < SAID_FOR_MS && !whoIsThere(recipients).length;

/** The next three half hours by the clock, as moments. */
export function nextHalfHours(now: number): number[] {
  const first = Math.ceil((now + NEAREST_MS) / HALF_HOUR_MS) * HALF_HOUR_MS;
  return [first, first + HALF_HOUR_MS, first + 2 * HALF_HOUR_MS];
}

/** Whole minutes from now, as an answer says them: one at least, and never so few that the clock would show a minute less. */
export const minutesUntil = (moment: number, now: number): number => Math.max(1, Math.ceil((moment - now) / MINUTE_MS));

/** The next moment at which this phone's clock shows `at` ("20:30"); NaN for no time. */
export function nextAt(at: string, now: number): number {
  const [hour = NaN, minute = NaN] = at.split(':').map(Number);
  const next = new Date(now);
  next.setHours(hour, minute, 0, 0);
  if (+next <= now) next.setDate(next.getDate() + 1);
  return +next;
}

/** The same; null when it is not within the twelve hours that one may promise. */
export function nextTime(at: string, now: number): number | null {
  const next = nextAt(at, now);
  return minutesUntil(next, now) <= MAX_MINUTES ? next : null;
}
