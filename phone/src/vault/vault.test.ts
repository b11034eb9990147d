// What is kept for when there is no network: only what is needed, sealed, and worthless without its key.
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { phone } from '../outbox/phone.testing';
import type { Kept } from './vault';

const KEPT = {
  me: {
    id: 'noor',
    display_name: 'Noor',
    language: 'en',
    region: 'GB',
    sign_in_name: 'noor.secret',
    created_at: '2026-01-01',
  },
  circle: [
    {
      id: '1',
      person: { id: 'ben', display_name: 'Ben' },
      role: 'friend',
      step: 1,
      state: 'active',
      contact: '+44 20 7946 0000',
      words: ['not', 'kept'],
    },
  ],
  helplines: null,
} as unknown as Kept;

beforeEach(() => vi.stubGlobal('isSecureContext', true));
afterEach(() => vi.unstubAllGlobals());

const hex = (held?: { sealed: ArrayBuffer }) => Buffer.from(held?.sealed ?? new ArrayBuffer(0)).toString('hex');
const vault = async () => ({ ...(await phone()), ...(await import('./vault')) });

test('it comes back as it was, without what is not needed offline', async () => {
  const { seal, unseal } = await vault();
  await seal(KEPT);
  expect(await unseal()).toEqual({
    me: { id: 'noor', display_name: 'Noor', language: 'en', region: 'GB' },
    circle: [
      {
        id: '1',
        person: { id: 'ben', display_name: 'Ben' },
        role: 'friend',
        step: 1,
        state: 'active',
        contact: '+44 20 7946 0000',
      },
    ],
    helplines: null,
  });
});

test('nobody can read it, and the key cannot be taken out', async () => {
  const { get, seal } = await vault();
  await seal(KEPT);
  const { sealed } = (await get<{ sealed: ArrayBuffer }>('vault')) as { sealed: ArrayBuffer };
  expect(Buffer.from(sealed).toString('latin1')).not.toMatch(/Noor|Ben|7946/);
  const key = (await get<CryptoKey>('key')) as CryptoKey;
  expect(key.extractable).toBe(false);
  await expect(crypto.subtle.exportKey('raw', key)).rejects.toThrow();
});

test('the same content looks different every time', async () => {
  const { get, seal } = await vault();
  await seal(KEPT);
  const first = hex(await get('vault'));
  expect(first).not.toBe('');
  await seal(KEPT);
  expect(hex(await get('vault'))).not.toBe(first);
});

test('without its key it is nothing, and is thrown away', async () => {
  const { drop, get, seal, unseal } = await vault();
  await seal(KEPT);
  await drop('key');
  expect(await unseal()).toBeNull();
  expect(await get('vault')).toBeUndefined();
});

test('without a secure context nothing is kept', async () => {
  const { get, seal, unseal } = await vault();
  vi.stubGlobal('isSecureContext', false);
  await seal(KEPT);
  expect(await get('vault')).toBeUndefined();
  expect(await unseal()).toBeNull();
});

test('what was being sealed when the session ended is not kept', async () => {
  const { seal, destroy, empty, get } = await vault();
  for (const end of [empty, destroy]) {
    const sealing = seal(KEPT);
    await end();
    await sealing;
    expect(await get('vault')).toBeUndefined();
    expect(await get('key')).toBeUndefined();
    // The next person's is.
    await seal(KEPT);
    expect(await get('vault')).toBeDefined();
  }
});
