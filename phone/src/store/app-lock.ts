// The app lock: a PIN that wraps the key of what is stored here, or the phone's own finger, face or code before the screen.
import type { Tries } from '../domain/pin';
import { waitFor } from '../domain/pin';
import { serializer } from '../outbox/lock';
import { lockNote, writeLockNote } from '../platform/lock-note';
import type { Sealed } from '../platform/sealing';
import { ALGORITHM, openedKey, openWith, sealedWith, unsealed } from '../platform/sealing';
import type { Slot } from '../platform/storage';
import { get, isSilent, put, putAll, whileKept } from '../platform/storage';
import { within } from '../platform/timeout';
import { keepNumbers } from '../vault/vault';
import { setOpen } from './lock';
import { provePasskeyHere } from './passkeys';
import { state } from './store';

/** OWASP, Password Storage Cheat Sheet (2023 and later): PBKDF2 with HMAC-SHA-256, 600,000 iterations or more. */
const ITERATIONS = 600_000;
/** They take a second or two on a slow phone. */
const SLOW_MS = 60_000;

const USES: KeyUsage[] = ['encrypt', 'decrypt'];

interface PinLock extends Tries {
  salt: Uint8Array<ArrayBuffer>;
  iterations: number;
  iv: Uint8Array<ArrayBuffer>;
  wrapped: ArrayBuffer;
}

/** The passkey that opens it; both are known to the server as well. */
interface PhoneLock {
  credential: ArrayBuffer;
  rp_id: string;
}

/** '': open. `wrong`: not this PIN; `wait`: too many in a row, for as many milliseconds; `failed`: no finger, face or code was shown. */
export type Opening = '' | 'wrong' | 'failed' | { wait: number };

/** What the PIN protects, and the key that each is sealed with while there is none. */
const PROTECTED: [Slot, Slot][] = [
  ['vault', 'key'],
  ['plan', 'key'],
  ['threads', 'key'],
  ['letters', 'letter-key'],
];

const onlyOne = serializer('porchlight-lock');
// Letters are not written while they are sealed anew.
const withLetters = serializer('porchlight-letters');

async function wrappingKey(pin: string, salt: Uint8Array<ArrayBuffer>, iterations: number): Promise<CryptoKey> {
  const raw = new TextEncoder().encode(pin);
  const typed = await within(crypto.subtle.importKey('raw', raw, 'PBKDF2', false, ['deriveKey']));
  const how = { name: 'PBKDF2', hash: 'SHA-256', salt, iterations };
  return within(crypto.subtle.deriveKey(how, typed, ALGORITHM, false, ['wrapKey', 'unwrapKey']), SLOW_MS);
}

/** Lock with a PIN. Return false when the phone's storage does not answer. */
export async function lockWithPin(pin: string, after: number): Promise<boolean> {
  const salt = crypto.getRandomValues(new Uint8Array(16));
  const iv = crypto.getRandomValues(new Uint8Array(12));
  const wrapping = await wrappingKey(pin, salt, ITERATIONS);
  const made = await within(crypto.subtle.generateKey(ALGORITHM, true, USES));
  const wrapped = await within(crypto.subtle.wrapKey('raw', made, wrapping, { name: 'AES-GCM', iv }));
  const key = await unwrap(wrapped, wrapping, iv);
  const lock: PinLock = { salt, iterations: ITERATIONS, iv, wrapped, tries: 0, tried_at: 0 };
  return withLetters(async () => {
    const resealed: Partial<Record<Slot, unknown>> = {};
    for (const [slot, keySlot] of PROTECTED) resealed[slot] = await resealedWith(key, slot, keySlot);
    if (isSilent()) return false;
    // From here on no tab makes a key of its own.
    writeLockNote({ way: 'pin', after });
    openWith(key);
    setOpen();
    await putAll({ ...resealed, lock, 'key': undefined, 'letter-key': undefined });
    await keepNumbers(state.circle ?? [], state.helplines).catch(() => undefined);
    return true;
  });
}

async function resealedWith(key: CryptoKey, slot: Slot, keySlot: Slot): Promise<unknown> {
  const held = await get<Sealed>(slot);
  // Of what its key does not open, nothing is lost.
  const content = held && (await unsealed(keySlot, held).catch(() => undefined));
  return content === undefined ? undefined : { ...held, ...(await sealedWith(key, content)) };
}

function unwrap(wrapped: ArrayBuffer, wrapping: CryptoKey, iv: Uint8Array<ArrayBuffer>): Promise<CryptoKey> {
  const how = { name: 'AES-GCM', iv };
  return within(crypto.subtle.unwrapKey('raw', wrapped, wrapping, how, ALGORITHM, false, USES));
}

/** Lock with a passkey of mine that is on this phone. Return what went wrong. */
export async function lockWithPhone(after: number): Promise<{ error?: unknown }> {
  const { error, credential, rp_id } = await provePasskeyHere();
  if (!credential || !rp_id) return { error };
  await put('lock', { credential, rp_id } satisfies PhoneLock);
  writeLockNote({ way: 'phone', after });
  setOpen();
  await keepNumbers(state.circle ?? [], state.helplines).catch(() => undefined);
  return {};
}

/** Return how long until the next PIN may be tried. */
export const waitForPin = async (): Promise<number> => waitFor(await triesSoFar(), Date.now());

const triesSoFar = async (): Promise<Tries> => (await get<PinLock>('lock')) ?? { tries: 0, tried_at: 0 };

export const openWithPin = (pin: string): Promise<Opening> =>
  onlyOne(async () => {
    const isKept = whileKept('lock');
    const lock = await get<PinLock>('lock');
    // It was being switched on or off when the app was closed: nothing is sealed with a PIN.
    if (!lock?.wrapped) return isSilent() ? 'failed' : switchedOff();
    const now = Date.now();
    const wait = waitFor(lock, now);
    if (wait) return { wait };
    // Counted before it is looked at: closing the app in time saves no try.
    const counted = { ...lock, tries: lock.tries + 1, tried_at: now };
    await put('lock', counted);
    const wrapping = await wrappingKey(pin, lock.salt, lock.iterations);
    const key = await unwrap(lock.wrapped, wrapping, lock.iv).catch(() => null);
    // Signed out meanwhile.
    if (!isKept()) return 'failed';
    const next = waitFor(counted, now);
    if (!key) return next ? { wait: next } : 'wrong';
    await put('lock', { ...lock, tries: 0, tried_at: 0 });
    openWith(key);
    return '';
  });

function switchedOff(): Opening {
  writeLockNote(null);
  return '';
}

/** The phone's own dialog. Nothing is sent: the challenge is made here, and nobody checks its signature. */
export async function openWithPhone(): Promise<Opening> {
  const lock = await get<PhoneLock>('lock');
  if (!lock?.credential) return isSilent() ? 'failed' : switchedOff();
  const shown = (await navigator.credentials
    .get({
      publicKey: {
        challenge: crypto.getRandomValues(new Uint8Array(32)),
        rpId: lock.rp_id,
        allowCredentials: [{ type: 'public-key', id: lock.credential, transports: ['internal'] }],
        userVerification: 'required',
      },
    })
    .catch(() => null)) as PublicKeyCredential | null;
  const { authenticatorData } = (shown?.response ?? {}) as Partial<AuthenticatorAssertionResponse>;
  return authenticatorData && isVerified(authenticatorData) ? '' : 'failed';
}

/** The flag UV of WebAuthn: not only somebody's touch, but their finger, face or code. */
const isVerified = (data: ArrayBuffer): boolean => ((new Uint8Array(data)[32] ?? 0) & 4) !== 0;

/** Switch it off. What was sealed with the PIN's key stays so; from now on that key is stored beside it. */
export async function removeLock(): Promise<void> {
  const key = openedKey();
  const keys = key ? { 'key': key, 'letter-key': key } : {};
  await putAll({ ...keys, 'lock': undefined, 'numbers': undefined, 'numbers-key': undefined });
  writeLockNote(null);
  openWith(null);
}

/** Show the lamp on the locked screen, or take it away, and the numbers with it. */
export async function setLamp(on: boolean): Promise<void> {
  const note = lockNote();
  if (!note) return;
  writeLockNote({ ...note, without_lamp: !on });
  if (on) await keepNumbers(state.circle ?? [], state.helplines).catch(() => undefined);
  else await putAll({ 'numbers': undefined, 'numbers-key': undefined });
}

export function setAfter(after: number): void {
  const note = lockNote();
  if (note) writeLockNote({ ...note, after });
}
