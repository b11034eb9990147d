// Values encrypted with a key that never leaves the browser.
import type { Slot } from './storage';
import { get, put } from './storage';
import { within } from './timeout';

export interface Sealed {
  iv: Uint8Array<ArrayBuffer>;
  sealed: ArrayBuffer;
}

const ALGORITHM = { name: 'AES-GCM', length: 256 };

async function keyIn(slot: Slot): Promise<CryptoKey> {
  const held = await get<CryptoKey>(slot);
  if (held) return held;
  // Not extractable: who copies the phone's storage has the lock without its key.
  const generated = await within(crypto.subtle.generateKey(ALGORITHM, false, ['encrypt', 'decrypt']));
  await put(slot, generated);
  return generated;
}

/** Seal a value with the key in this slot, which is made where there is none. */
export async function sealed(slot: Slot, value: unknown): Promise<Sealed> {
  const iv = crypto.getRandomValues(new Uint8Array(12));
  const plain = new TextEncoder().encode(JSON.stringify(value));
  return { iv, sealed: await within(crypto.subtle.encrypt({ name: 'AES-GCM', iv }, await keyIn(slot), plain)) };
}

/** Return what was sealed. Throws when this key does not open it. */
export async function unsealed<T>(slot: Slot, held: Sealed): Promise<T> {
  const plain = await within(crypto.subtle.decrypt({ name: 'AES-GCM', iv: held.iv }, await keyIn(slot), held.sealed));
  return JSON.parse(new TextDecoder().decode(plain)) as T;
}
