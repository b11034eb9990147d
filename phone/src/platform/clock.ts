// The server's time, as far as the phone knows it: a phone's own clock can be wrong by any amount, and what is shown of others
// ("5 minutes have passed") is computed with the clock that recorded it.
import { clockOffsetMs } from '../domain/clock';

let offsetMs = 0;

/** Learn from a reply's `Date` header how far the phone's clock is off. */
export function syncClock(dateHeader: string | null): void {
  offsetMs = clockOffsetMs(dateHeader, Date.now()) ?? offsetMs;
}

/** Return the time by the server's clock, in milliseconds. */
export const serverNow = (): number => Date.now() + offsetMs;
