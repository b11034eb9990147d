// Values encrypted with a key that never leaves the browser. With a PIN, that key is stored only wrapped by it.
import { whenForgotten } from './forget';
import { lockNote } from './lock-note';
import type { Slot } from './storage';
import { get, put, whileKept } from './storage';
import { NoAnswer, within } from './timeout';

export interface Sealed {
  iv: Uint8Array<ArrayBuffer>;
  sealed: ArrayBuffer;
}

export const ALGORITHM = { name: 'AES-GCM', length: 256 };
/** What this key seals can be read without the PIN: numbers without names, for a press while the app is locked. */
const WITHOUT_PIN: Slot = 'numbers-key';

/** The key that the PIN has unwrapped, in the memory of this page alone. */
let opened: CryptoKey | null = null;
whenForgotten(() => {
  opened = null;
});

export function openWith(key: CryptoKey | null): void {
  opened = key;
}
export const openedKey = (): CryptoKey | null => opened;

async function keyIn(slot: Slot): Promise<CryptoKey> {
  if (slot !== WITHOUT_PIN) {
    if (opened) return opened;
    // No key is made in the place of one that is locked away, and what it has sealed is not lost.
    if (lockNote()?.way === 'pin') throw new NoAnswer();
  }
  const isKept = whileKept(slot);
  const held = await get<CryptoKey>(slot);
  if (held) return held;
  // Not extractable: who copies the phone's storage has the lock without its key.
  const generated = await within(crypto.subtle.generateKey(ALGORITHM, false, ['encrypt', 'decrypt']));
  if (isKept()) await put(slot, generated);
  return generated;
}

/** Seal a value with the key in this slot, which is made where there is none. */
export const sealed = async (slot: Slot, value: unknown): Promise<Sealed> => sealedWith(await keyIn(slot), value);

/** Seal a value into a slot with the key in `keySlot`, unless the session that it belongs to ends meanwhile. */
export async function putSealed(slot: Slot, keySlot: Slot, value: unknown, beside = {}): Promise<void> {
  const isKept = whileKept(slot);
  const held = await sealed(keySlot, value);
  if (isKept()) await put(slot, { ...beside, ...held });
}

export async function sealedWith(key: CryptoKey, value: unknown): Promise<Sealed> {
  const iv = crypto.getRandomValues(new Uint8Array(12));
  const plain = new TextEncoder().encode(JSON.stringify(value));
  return { iv, sealed: await within(crypto.subtle.encrypt({ name: 'AES-GCM', iv }, key, plain)) };
}

/** Return what was sealed. Throws when this key does not open it. */
export async function unsealed<T>(slot: Slot, held: Sealed): Promise<T> {
  const plain = await within(crypto.subtle.decrypt({ name: 'AES-GCM', iv: held.iv }, await keyIn(slot), held.sealed));
  return JSON.parse(new TextDecoder().decode(plain)) as T;
}
