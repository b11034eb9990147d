// Whether the app lock is on. Not secret, and known at once: what a PIN protects is sealed with it (store/app-lock.ts).
import { readSlot, writeSlot } from './slots';

export const LOCK_SLOT = 'lock';

export interface LockNote {
  /** pin: what is stored is sealed with it; phone: the phone's own finger, face or code hides the screen. */
  way: 'pin' | 'phone';
  /** Milliseconds away, after which the app asks again. */
  after: number;
  /** For whoever shares the phone with somebody they fear: while it is locked, nothing can be pressed or seen. */
  without_lamp?: boolean;
}

export function lockNote(text = readSlot(LOCK_SLOT)): LockNote | null {
  try {
    return JSON.parse(text ?? 'null') as LockNote | null;
  } catch {
    return null;
  }
}

export const writeLockNote = (note: LockNote | null): void => writeSlot(LOCK_SLOT, note && JSON.stringify(note));
