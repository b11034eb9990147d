// The server's time, as far as the phone knows it: a phone's own clock can be wrong by anything, and what is told of others
// ("5 minutes have passed") is reckoned by the clock that wrote it down.

/** A header has whole seconds, and a reply takes its time: less than this is no difference. */
const ENOUGH_MS = 5_000;
let ahead = 0;

/** What a reply's `Date` says of the phone's clock. */
export function heardDate(date: string | null, here = Date.now()): void {
  const there = Date.parse(date ?? '');
  if (!Number.isNaN(there)) ahead = Math.abs(there - here) > ENOUGH_MS ? there - here : 0;
}

/** Milliseconds, by the server's clock. */
export const serverNow = (): number => Date.now() + ahead;
