// The app lock: with a PIN nothing that is stored can be read without it, and wrong ones are slowed.
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { phone } from '../outbox/phone.testing';

// A PIN is stretched on purpose, and a slow machine takes seconds for a few of them.
vi.setConfig({ testTimeout: 120_000 });

const PIN = '246810';
const WRONG = '000000';
const BEN = { id: '1', person: { id: 'ben', display_name: 'Ben' }, state: 'active', contact: '+44 20 7946 0000' };

function slots() {
  const values = new Map<string, string>();
  return {
    getItem: (name: string) => values.get(name) ?? null,
    setItem: (name: string, value: string) => void values.set(name, value),
    removeItem: (name: string) => void values.delete(name),
  };
}

let database: unknown;

/** Start the app on this phone, with what it has stored. */
async function started() {
  const storage = await phone({ ...(database !== undefined && { indexedDB: database }) });
  database = indexedDB;
  const { state } = await import('./store');
  const app = {
    ...storage,
    state,
    ...(await import('./app-lock')),
    ...(await import('../vault/vault')),
    ...(await import('../platform/lock-note')),
    ...(await import('../platform/sealing')),
    letters: await import('../outbox/letters'),
  };
  Object.assign(state, { session: 'in', me: { id: 'noor' }, circle: [BEN], helplines: null });
  return app;
}

const KEPT = { me: { id: 'noor', display_name: 'Noor' }, circle: [BEN], helplines: null };
const letter = { key: 'k', person_id: 'noor', path: '/v1/reach-ins', body: { text: 'hello' }, at: 1 };

/** A phone with something of everything, locked with the PIN. */
async function locked() {
  const app = await started();
  await app.seal(KEPT as never);
  await app.putSealed('plan', 'key', { reasons: ['my sister'] });
  await app.putSealed('threads', 'key', { drafts: { ben: 'typed' } });
  await app.letters.keep(letter);
  expect(await app.lockWithPin(PIN, 0)).toBe(true);
  return app;
}

beforeEach(() => {
  database = undefined;
  const stub = slots();
  vi.stubGlobal('isSecureContext', true);
  vi.stubGlobal('self', { localStorage: stub, sessionStorage: slots() });
  vi.stubGlobal('localStorage', stub);
  vi.stubGlobal('location', { hash: '', pathname: '/', search: '' });
  vi.stubGlobal('document', { documentElement: { lang: 'en' } });
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

test('with the PIN everything is there, after a restart too', async () => {
  const app = await locked();
  expect((await app.unseal())?.me.display_name).toBe('Noor');
  const again = await started();
  expect(await again.openWithPin(PIN)).toBe('');
  expect((await again.unseal())?.circle[0]?.person.display_name).toBe('Ben');
  expect(await again.decrypt((await again.get('plan')) as never)).toEqual({ reasons: ['my sister'] });
  expect(await again.decrypt((await again.get('threads')) as never)).toEqual({ drafts: { ben: 'typed' } });
  expect(await again.letters.lettersOf('noor')).toEqual([letter]);
});

test('without it nothing can be read, and nothing is lost', async () => {
  await locked();
  const app = await started();
  expect(await app.get('key')).toBeUndefined();
  expect(await app.get('letter-key')).toBeUndefined();
  expect(await app.unseal()).toBeNull();
  for (const slot of ['plan', 'threads', 'vault'] as const)
    await expect(app.decrypt((await app.get(slot)) as never)).rejects.toThrow();
  expect(await app.letters.lettersOf('noor')).toEqual([]);
  expect(await app.openWithPin(WRONG)).toBe('wrong');
  expect(await app.unseal()).toBeNull();
  expect(await app.openWithPin(PIN)).toBe('');
  expect((await app.unseal())?.me.display_name).toBe('Noor');
});

test('no key that is stored opens it', async () => {
  await locked();
  const app = await started();
  const { iv, sealed } = (await app.get('vault')) as { iv: BufferSource; sealed: BufferSource };
  const stored = await Promise.all(app.SLOTS.map((slot) => app.get(slot)));
  const keys = stored.filter((value) => value instanceof CryptoKey);
  expect(keys).toHaveLength(1);
  for (const key of keys) await expect(crypto.subtle.decrypt({ name: 'AES-GCM', iv }, key, sealed)).rejects.toThrow();
});

test('numbers stay readable, without names', async () => {
  await locked();
  const app = await started();
  expect(await app.readNumbers()).toEqual({ numbers: [BEN.contact], helplines: null });
});

test('while it is locked nothing is sealed under another key', async () => {
  await locked();
  const app = await started();
  await app.seal(KEPT as never).catch(() => undefined);
  expect(await app.get('key')).toBeUndefined();
  expect(await app.openWithPin(PIN)).toBe('');
  expect((await app.unseal())?.me.display_name).toBe('Noor');
});

test('wrong PINs are counted across restarts, slowed, and end', async () => {
  await locked();
  vi.useFakeTimers({ toFake: ['Date'] });
  for (let tries = 1; tries <= 2; tries++) expect(await (await started()).openWithPin(WRONG)).toBe('wrong');
  const third = await started();
  expect(await third.openWithPin(WRONG)).toEqual({ wait: 30_000 });
  expect(await third.openWithPin(PIN)).toEqual({ wait: 30_000 });
  for (let tries = 4; tries <= 10; tries++) {
    vi.setSystemTime(Date.now() + 3_600_000);
    expect(await third.openWithPin(WRONG)).toHaveProperty('wait');
  }
  vi.setSystemTime(Date.now() + 1e10);
  expect(await (await started()).openWithPin(PIN)).toEqual({ wait: Infinity });
}, 60_000);

test('the right one ends the count', async () => {
  const app = await locked();
  expect(await app.openWithPin(WRONG)).toBe('wrong');
  expect(await app.openWithPin(WRONG)).toBe('wrong');
  expect(await app.openWithPin(PIN)).toBe('');
  expect(await app.openWithPin(WRONG)).toBe('wrong');
}, 30_000);

test('a PIN that is being tried when somebody signs out opens nothing, and puts no lock back', async () => {
  const app = await locked();
  app.openWith(null);
  const opening = app.openWithPin(PIN);
  await vi.waitFor(async () => expect(await app.get('lock')).toMatchObject({ tries: 1 }));
  await app.empty();
  expect(await opening).toBe('failed');
  expect(await app.get('lock')).toBeUndefined();
  expect(app.openedKey()).toBeNull();
}, 30_000);

test('without the lock everything opens by itself again', async () => {
  const app = await locked();
  await app.removeLock();
  const again = await started();
  expect(again.lockNote()).toBeNull();
  expect((await again.unseal())?.me.display_name).toBe('Noor');
  expect(await again.letters.lettersOf('noor')).toEqual([letter]);
  expect(await again.get('numbers')).toBeUndefined();
});

test('a lock that was never finished opens', async () => {
  const app = await started();
  await app.seal(KEPT as never);
  app.writeLockNote({ way: 'pin', after: 0 });
  expect(await app.openWithPin(PIN)).toBe('');
  expect((await app.unseal())?.me.display_name).toBe('Noor');
});

test('letters outlast a session that the server has ended', async () => {
  await locked();
  const app = await started();
  await app.openWithPin(PIN);
  await app.put('letter-key', app.openedKey());
  const { forget } = await import('../platform/forget');
  forget('expired');
  app.writeLockNote(null);
  await app.destroy();
  const again = await started();
  expect(await again.letters.lettersOf('noor')).toEqual([letter]);
  expect(await again.get('lock')).toBeUndefined();
});

test('without a lamp on the locked screen nothing stays readable for a press', async () => {
  const app = await locked();
  expect((await app.readNumbers()).numbers).toEqual([BEN.contact]);
  await app.setLamp(false);
  await app.seal(KEPT as never);
  expect([await app.get('numbers'), await app.get('numbers-key')]).toEqual([undefined, undefined]);
  app.setAfter(60_000);
  expect(app.lockNote()).toEqual({ way: 'pin', after: 60_000, without_lamp: true });
  await app.setLamp(true);
  expect((await app.readNumbers()).numbers).toEqual([BEN.contact]);
});
