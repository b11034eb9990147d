// Wrong PINs are slowed, and end at some point. Pure.

/** Digits; every one more makes a stolen copy of the phone's storage ten times as slow to open. */
export const PIN_PATTERN = '\\d{6,}';
/** After these only signing in again opens the app. */
export const MOST_TRIES = 10;

const FREE_TRIES = 3;
const SECOND = 1_000;
const WAITS_MS = [30 * SECOND, 60 * SECOND, 5 * 60 * SECOND, 15 * 60 * SECOND];

export interface Tries {
  /** Wrong ones in a row. */
  tries: number;
  /** Milliseconds; when the last one was. */
  tried_at: number;
}

/** Return how long to wait until the next try: 0 when there is one now, Infinity when there are no more. */
export function waitFor({ tries, tried_at }: Tries, now: number): number {
  if (tries >= MOST_TRIES) return Infinity;
  if (tries < FREE_TRIES) return 0;
  const wait = WAITS_MS[Math.min(tries - FREE_TRIES, WAITS_MS.length - 1)] ?? 0;
  // A clock that was set back must not hold anybody for longer than the whole wait.
  return Math.max(0, Math.min(wait, tried_at + wait - now));
}
