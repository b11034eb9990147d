// Names, numbers and helplines for when there is no network, encrypted with a key that never leaves the browser.
import type { Country, Me, Member } from '../contract/types';
import { lockNote } from '../platform/lock-note';
import type { Sealed } from '../platform/sealing';
import { putSealed, unsealed } from '../platform/sealing';
import type { Slot } from '../platform/storage';
import { drop, dropAllBut, get, isSilent } from '../platform/storage';
import { NoAnswer } from '../platform/timeout';

export interface Kept {
  me: Pick<Me, 'id' | 'display_name' | 'language' | 'region'>;
  circle: Pick<Member, 'id' | 'person' | 'role' | 'step' | 'state' | 'contact' | 'standing_words'>[];
  helplines: Country | null;
}

/** After this long without a reply from the server, the vault is erased: the phone may have changed hands. */
const OPENS_FOR_MS = 30 * 24 * 60 * 60_000;

/** What a press needs while the app is locked: whom to call, without saying who that is. */
export interface Numbers {
  numbers: string[];
  helplines: Country | null;
}

/** Keep numbers without names, under a key that needs no PIN; nothing where a press needs unlocking first. */
export async function keepNumbers(
  circle: Pick<Member, 'contact' | 'state'>[],
  helplines: Country | null,
): Promise<void> {
  if (lockNote()?.without_lamp) return;
  const numbers = circle.flatMap(({ state, contact }) => (state === 'active' && contact ? [contact] : []));
  await putSealed('numbers', 'numbers-key', { numbers, helplines });
}

export async function readNumbers(): Promise<Numbers> {
  const held = await get<Sealed>('numbers');
  const nothing = { numbers: [], helplines: null };
  return held ? unsealed<Numbers>('numbers-key', held).catch(() => nothing) : nothing;
}

export const decrypt = <T>(held: Sealed): Promise<T> => unsealed<T>('key', held);

export async function seal({ me, circle, helplines }: Kept): Promise<void> {
  // Without a secure context there is no encryption, so nothing is stored.
  if (!isSecureContext) return;
  const kept: Kept = {
    me: { id: me.id, display_name: me.display_name, language: me.language, region: me.region },
    circle: circle.map(({ id, person, role, step, state, contact, standing_words }) => ({
      id,
      person,
      role,
      step,
      state,
      contact,
      standing_words,
    })),
    helplines,
  };
  await Promise.all([
    lockNote() && keepNumbers(circle, helplines),
    putSealed('vault', 'key', kept, { seen_at: Date.now() }),
  ]);
}

/** What a session leaves that the server has ended: what waits to be sent by the same person, and whose it is. */
const WAITING: readonly Slot[] = ['press', 'letters', 'letter-key', 'who', 'leaving', 'language'];

/** Erase whatever else is kept: the session has ended. */
export const destroy = (): Promise<void> => dropAllBut(WAITING);

/** Return what was sealed last; null if there is nothing or this key does not open it. */
export async function unseal(): Promise<Kept | null> {
  try {
    const held = await get<Sealed & { seen_at?: number }>('vault');
    if (!held) return null;
    if (Math.abs(Date.now() - (held.seen_at ?? Date.now())) > OPENS_FOR_MS) {
      await destroy();
      return null;
    }
    return await decrypt<Kept>(held);
  } catch (error) {
    // A browser that did not answer is no proof that the vault cannot be opened.
    if (!isSilent() && !(error instanceof NoAnswer)) await drop('vault');
    return null;
  }
}
