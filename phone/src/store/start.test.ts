// The app is still starting when somebody signs out, or another tab locks it: what comes late shows nothing.
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { phone } from '../outbox/phone.testing';

const BEN = { id: '1', person: { id: 'ben', display_name: 'Ben' }, state: 'active', contact: '+44 20 7946 0000' };
const NOOR = { id: 'noor', display_name: 'Noor', language: 'en', region: null };
const KEPT = { me: NOOR, circle: [BEN], helplines: null };

/** What the page listens to at `self`, by event. */
let listeners: { storage?: (event: unknown) => void; online?: (event: unknown) => void };

function slots() {
  const values = new Map<string, string>();
  return {
    getItem: (name: string) => values.get(name) ?? null,
    setItem: (name: string, value: string) => void values.set(name, value),
    removeItem: (name: string) => void values.delete(name),
  };
}

beforeEach(() => {
  listeners = {};
  const [localStorage, nothing] = [slots(), () => undefined];
  const listening = { addEventListener: nothing, removeEventListener: nothing };
  vi.stubGlobal('isSecureContext', true);
  vi.stubGlobal('self', { localStorage, sessionStorage: slots(), setTimeout });
  vi.stubGlobal('localStorage', localStorage);
  vi.stubGlobal('location', { hash: '', pathname: '/', search: '' });
  vi.stubGlobal('history', { replaceState: nothing });
  vi.stubGlobal('document', { documentElement: { lang: 'en' }, querySelector: () => null, ...listening });
  vi.stubGlobal('addEventListener', (kind: string, act: (event: unknown) => void) =>
    Object.assign(listeners, { [kind]: act }),
  );
  vi.stubGlobal('removeEventListener', nothing);
  vi.stubGlobal(
    'EventSource',
    class {
      close = nothing;
      addEventListener = nothing;
    },
  );
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

/** Start the app on Noor's phone. The server says who is signed in when it is told to; it does not answer anything else. */
async function starting({ vault = true, signOut = 204 } = {}) {
  const before = await phone();
  await before.put('who', 'noor');
  if (vault) await (await import('../vault/vault')).seal(KEPT as never);
  const { get } = await phone({ indexedDB });
  const silence = new Promise<never>(() => undefined);
  let reply: () => void = () => undefined;
  const me = new Promise<Response>((resolve) => (reply = () => resolve(new Response(JSON.stringify(NOOR)))));
  vi.stubGlobal('fetch', async (url: string, { method }: RequestInit) => {
    if (method === 'DELETE') return new Response(signOut === 204 ? null : '{}', { status: signOut });
    return url === '/v1/me' ? me : silence;
  });
  const { state } = await import('./store');
  const { writeLockNote, LOCK_SLOT } = await import('../platform/lock-note');
  (await import('./lock')).watchLock();
  const lockInAnotherTab = (way: 'pin' | 'phone') => {
    writeLockNote({ way, after: 0 });
    listeners.storage?.({ key: LOCK_SLOT, oldValue: null, newValue: localStorage.getItem(LOCK_SLOT) });
  };
  const session = await import('./session');
  const started = session.start(Promise.resolve());
  /** It has come: everything that it leads to has happened, but for what the server does not answer. */
  const replied = async () => {
    reply();
    await Promise.race([started, new Promise((resolve) => setTimeout(resolve, 100))]);
  };
  return { ...session, get, state, lockInAnotherTab, replied };
}

test.each(['pin', 'phone'] as const)('it stays locked (%s) while the vault is opened', async (way) => {
  const decrypt = crypto.subtle.decrypt.bind(crypto.subtle);
  const opened = vi.spyOn(crypto.subtle, 'decrypt');
  const { state, lockInAnotherTab, replied } = await starting();
  opened.mockImplementationOnce(async (...sealed) => {
    lockInAnotherTab(way);
    return decrypt(...sealed);
  });
  await vi.waitFor(() => expect(state.session).toBe('locked'));
  await replied();
  expect(opened).toHaveBeenCalled();
  expect(state.session).toBe('locked');
  expect(JSON.stringify(state)).not.toContain('Ben');
});

test('it is locked, and not blank, where nothing was kept to show', async () => {
  const { get, state, lockInAnotherTab, replied } = await starting({ vault: false });
  await get('vault');
  lockInAnotherTab('phone');
  await replied();
  expect(state.session).toBe('locked');
});

test.each([
  ['the server knows', 204],
  ['the server does not know yet', 503],
])('whoever has signed out stays out when %s', async (_, signOut) => {
  const app = await starting({ signOut });
  await vi.waitFor(() => expect(app.state.session).toBe('in'));
  await app.signOut();
  await app.replied();
  expect(app.state).toMatchObject({ session: 'out', me: null });
  expect(await app.get('who')).toBeUndefined();
  expect(await app.get('leaving')).toBe(signOut === 204 ? undefined : true);
});

test('whoever has signed out stays out while sentences are loaded', async () => {
  const app = await starting();
  let loaded: () => void = () => undefined;
  const loading = vi
    .spyOn(await import('./preferences'), 'setPreferences')
    .mockReturnValueOnce(new Promise((resolve) => (loaded = resolve)));
  await app.replied();
  expect(loading).toHaveBeenCalled();
  await app.signOut();
  loaded();
  await app.replied();
  expect(app.state).toMatchObject({ session: 'out', me: null });
});

test('a sign-out without a network is noted in the moment in which everything is erased', async () => {
  const app = await starting({ signOut: 503 });
  await vi.waitFor(() => expect(app.state.session).toBe('in'));
  // The phone dies while its notifications are cleared.
  const clearing = vi
    .spyOn(await import('./notifications'), 'clearNotifications')
    .mockReturnValue(new Promise(() => undefined));
  void app.signOut();
  await vi.waitFor(() => expect(clearing).toHaveBeenCalled());
  const { get } = await phone({ indexedDB });
  await vi.waitFor(async () => expect(await get('who')).toBeUndefined());
  expect(await get('leaving')).toBe(true);
});

test('whoever has signed out in another tab without a network is not signed in by the next one', async () => {
  const { get, put } = await phone();
  let online = false;
  vi.stubGlobal('fetch', async (_: string, { method }: RequestInit) => {
    if (!online) throw new TypeError('no network');
    return method === 'DELETE' ? new Response('{}', { status: 503 }) : new Response(JSON.stringify(NOOR));
  });
  const { state } = await import('./store');
  await (await import('./session')).start(Promise.resolve());
  expect(state).toMatchObject({ session: 'out', online: false });
  // The other tab notes it only now: it had to erase what was kept before.
  await put('leaving', true);
  online = true;
  listeners.online?.({});
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect(state).toMatchObject({ session: 'out', me: null });
  expect(await get('who')).toBeUndefined();
});
