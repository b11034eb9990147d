// The end of a night off, and of a longer break. Pure.

export const WEEK_MS = 7 * 24 * 60 * 60_000;

/** Return eight o'clock after this night; before five in the morning, that is the same day. */
export function morning(now: number): Date {
  const then = new Date(now);
  then.setHours(then.getHours() < 5 ? 8 : 32, 0, 0, 0);
  return then;
}

/** Return whether somebody takes a break from everybody now. */
export const isAway = ({ away_until }: { away_until?: string | null }, now: number): boolean =>
  Date.parse(away_until ?? '') > now;
