// Practice and the night in advance: how far a practice came, who was tried, who can be woken. Pure.
import type { Member, PracticeMember } from '../contract/types';
import { sponsorFirst } from './sponsor-first';

const HOUR_MS = 60 * 60_000;
const DAY_MS = 24 * HOUR_MS;
/** After this long without a sign that a notification was shown, somebody counts as untried, as on the server. */
const UNTRIED_AFTER_MS = 35 * DAY_MS;
const INTERVAL_MS = 7 * DAY_MS;

/** The lamp of each state; as while waiting, the ring says how far the light came. */
export const PRACTICE_LAMPS: Record<PracticeMember['state'], string> = {
  seen: 'bright s4',
  arrived: 'lit s2',
  on_its_way: 'lit s1',
  waits: 'dim s0',
  quiet: 'dim s0',
  nothing: 'dim off',
  silent: 'dim off',
  no_phone: 'dim off',
};
const ORDER = Object.keys(PRACTICE_LAMPS);

/** Whether this phone needs a look. */
export const needsLook = ({ state }: PracticeMember): boolean => PRACTICE_LAMPS[state] === 'dim off';

/** Furthest first; never by who was quick and who was slow. */
export const byProgress = (members: PracticeMember[]): PracticeMember[] =>
  [...members].sort((a, b) => ORDER.indexOf(a.state) - ORDER.indexOf(b.state));

/** Return seconds as people say them: seconds below a minute and a half, then whole minutes, then whole hours. */
export function rounded(seconds: number): number {
  if (seconds < 90) return Math.max(1, Math.round(seconds));
  const unit = seconds < 5400 ? 60 : 3600;
  return Math.round(seconds / unit) * unit;
}

/** When the next practice may begin. */
export const nextPracticeAt = (lastBeganAt: string): number => Date.parse(lastBeganAt) + INTERVAL_MS;

/** Whether somebody who was proved once has shown nothing for five weeks. */
export const isUntried = (provedAt: string | null, now: number): boolean =>
  !!provedAt && now - Date.parse(provedAt) > UNTRIED_AFTER_MS;

/** Return how many nights lie between two moments, by this phone's calendar. */
export function daysBetween(earlier: string, now: number): number {
  return Math.round((new Date(now).setHours(0, 0, 0, 0) - new Date(earlier).setHours(0, 0, 0, 0)) / DAY_MS);
}

/** From six in the evening until three at night, the night is near enough to be spoken of. */
export const isEvening = (now: number): boolean => {
  const hour = new Date(now).getHours();
  return hour >= 18 || hour < 3;
};

type Woken = Pick<Member, 'state' | 'tonight' | 'reachable' | 'role' | 'guest'>;

/** Whom to ask whether they may be woken, where nobody can be: a sponsor first, else the first who can be reached by day.
 * A guest has no page to be asked on. */
export function whomToAsk<T extends Woken>(members: T[]): T | undefined {
  return sponsorFirst(members).find((member) => member.reachable && !member.tonight && !member.guest);
}
