// Decides what to do with a press, or an all-clear, that is stored on the phone. Pure.

export const UNDO_MS = 3_000;
/** After this long the person is asked before it is sent: the moment may have passed. */
export const STALE_MS = 2 * 60 * 60_000;

/** How somebody ends their own reach-out. */
export type Ending = 'connected' | 'ok_now' | 'mistake';

export interface Press {
  /** Its Idempotency-Key: however often it is sent, it stays one press. */
  key: string;
  /** Whose press it is; nobody else's session may send it. */
  person_id: string;
  /** Milliseconds; the phone's own time of the tap. */
  pressed_at: number;
  /** Until then it can be undone. */
  release_at: number;
  /** The person has said "send it" although it is old. */
  sure?: boolean;
  /** Why it has not arrived yet: no reply from the server, or the session has ended. */
  held?: 'network-error' | 'signed-out';
  /** Ends a reach-out instead; undone, stored and sent like a press. Only one of either is pending at a time. */
  close?: { id: string; outcome: Ending };
  /** The all-clear in whose place it was made; taken back, that one waits again. */
  instead?: Press;
}

export type Step = { kind: 'ring'; left: number } | { kind: 'ask' } | { kind: 'send' };

export function createPress(person_id: string, now: number, key: string, close?: Press['close']): Press {
  return { key, person_id, pressed_at: now, release_at: now + UNDO_MS, ...(close && { close }) };
}

/** Return what to do with a stored press now. */
export function nextStep(press: Press, now: number): Step {
  // A clock that was set back must not hold a press for longer than the three seconds.
  const left = Math.min(press.release_at - now, UNDO_MS);
  if (left > 0 && now >= press.pressed_at) return { kind: 'ring', left };
  if (!press.sure && now - press.pressed_at > STALE_MS) return { kind: 'ask' };
  return { kind: 'send' };
}

/** Return whether its three seconds still run, so that it can be undone. */
export const isRinging = (press: Press | null, now: number): boolean =>
  press !== null && !press.held && nextStep(press, now).kind === 'ring';

export type Outcome = 'sent' | 'nobody' | 'over' | 'signed-out' | 'new-key' | 'network-error';

/** Return what the server's reply means for the press. Only a reply that settles it lets the phone forget it. */
export function outcomeOf(status: number, type: string, closing = false): Outcome {
  if (status === 200 || status === 201) return 'sent';
  // The reach-out was closed in another way, or no longer exists.
  if (closing && (type === '/problems/not-found' || type === '/problems/closed')) return 'over';
  if (type === '/problems/empty-circle') return 'nobody';
  if (status === 401) return 'signed-out';
  if (type === '/problems/key-reused') return 'new-key';
  // Anything else (busy, a proxy's page, a server that is starting) settles nothing: the press stays.
  return 'network-error';
}

/** Path and body of its request; always the same for one press, or the server would refuse its key. */
export const requestPath = ({ close }: Press): string =>
  close ? `/v1/reach-outs/${close.id}/close` : '/v1/reach-outs';
export const requestBody = ({ close, pressed_at }: Press) =>
  close ? { outcome: close.outcome } : { pressed_at: new Date(pressed_at).toISOString() };
