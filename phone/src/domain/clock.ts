// How far a phone's clock is off. Pure.

/** A `Date` header has whole seconds, and a reply takes its time: less than this is no difference. */
const TOLERANCE_MS = 5_000;

/** Return by how many milliseconds the server's clock is ahead of the phone's; nothing where the header cannot be read. */
export function clockOffsetMs(dateHeader: string | null, phoneNow: number): number | undefined {
  const offset = Date.parse(dateHeader ?? '') - phoneNow;
  if (Number.isNaN(offset)) return undefined;
  return Math.abs(offset) > TOLERANCE_MS ? offset : 0;
}
