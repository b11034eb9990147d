// Decides when holding the lamp of the locked screen is a press. Pure.

export const HOLD_MS = 2_000;

export interface Hold {
  /** The pointer, by its id, or the key, by its name. */
  by: number | string;
  /** Milliseconds. */
  since: number;
}

/**
 * down: it lies on the lamp; up: it was let go; away: it left, or the phone took it (a call, a scroll); due: it may have been long
 * enough.
 */
export type HoldEvent = 'down' | 'up' | 'away' | 'due';

/** What follows: a press, or a kind word about holding it longer. */
export type HoldEffect = 'press' | 'too-short';

/**
 * Return the hold after an event, and what follows from it. `by`: whose event it is, of those that are somebody's. Once a press has
 * followed, nothing is held any more.
 */
export function nextHold(
  hold: Hold | null,
  event: HoldEvent,
  now: number,
  by: Hold['by'] = '',
): [Hold | null, HoldEffect?] {
  if (event === 'away') return [null];
  // A repeated key, or a finger that trembles, goes on; a second finger begins anew.
  if (event === 'down') return [hold?.by === by ? hold : { by, since: now }];
  if (!hold || (event === 'up' && by !== hold.by)) return [hold];
  if (now - hold.since >= HOLD_MS) return [null, 'press'];
  return event === 'up' ? [null, 'too-short'] : [hold];
}
