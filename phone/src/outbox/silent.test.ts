// A browser whose services neither succeed nor fail: the press goes out all the same, and once.
import { IDBDatabase, IDBFactory } from 'fake-indexeddb';
import { afterEach, expect, test, vi } from 'vitest';
import { phone, server } from './phone.testing';

const PRESS = { key: 'key-1', person_id: 'noor', pressed_at: 1, release_at: 1, sure: true };
const MADE = { status: 201, body: { id: 'reach-out-1' } } as const;

afterEach(() => vi.unstubAllGlobals());

/** A storage that opens only when it is told to. */
function sleeping(real = new IDBFactory()) {
  const woken: (() => void)[] = [];
  const open = (...words: [string, number]) => {
    const request = {} as Record<string, unknown>;
    woken.push(() => {
      const inner = real.open(...words);
      inner.onupgradeneeded = () => {
        request.result = inner.result;
        (request.onupgradeneeded as () => void)();
      };
      inner.onsuccess = () => {
        request.result = inner.result;
        (request.onsuccess as () => void)();
      };
    });
    return request;
  };
  const wake = () => {
    for (const answer of woken.splice(0)) answer();
  };
  return { indexedDB: { open }, real, wake };
}

test('a storage that never opens: kept in memory, sent once, and said not to be safe', async () => {
  const { drop, flush, get, isSafe, isSilent, put } = await phone({ indexedDB: sleeping().indexedDB });
  await put('press', PRESS);
  expect([await get('press'), isSafe('press'), isSilent()]).toEqual([PRESS, false, true]);
  const requests = server(MADE);
  expect(await flush('noor')).toMatchObject({ kind: 'done', outcome: 'sent' });
  expect(await flush('noor')).toEqual({ kind: 'none' });
  expect(requests).toHaveLength(1);
  await drop('who');
});

test('what was pressed in the silence is kept when it ends, and the app hears of it', async () => {
  const { indexedDB, real, wake } = sleeping();
  const { isSafe, isSilent, onStorageBack, put } = await phone({ indexedDB });
  onStorageBack.call = vi.fn();
  await put('press', PRESS);
  wake();
  await vi.waitFor(() => expect([isSafe('press'), isSilent()]).toEqual([true, false]));
  expect(onStorageBack.call).toHaveBeenCalledOnce();
  expect(await (await phone({ indexedDB: real })).get('press')).toEqual(PRESS);
});

test('what was sent in the silence is not there when it ends', async () => {
  const real = new IDBFactory();
  await (await phone({ indexedDB: real })).put('who', 'noor');
  const { indexedDB, wake } = sleeping(real);
  const { flush, isSafe, put } = await phone({ indexedDB });
  await put('press', PRESS);
  server(MADE);
  await flush('noor');
  wake();
  await vi.waitFor(() => expect(isSafe('press')).toBe(true));
  const after = await phone({ indexedDB: real });
  expect([await after.get('press'), await after.get('who')]).toEqual([undefined, 'noor']);
});

test('a transaction that never ends: what was read before is still known, and the press goes out', async () => {
  const { flush, get, isSilent, put } = await phone();
  await put('press', PRESS);
  const begin = vi
    .spyOn(IDBDatabase.prototype, 'transaction')
    .mockImplementation(
      () => ({ objectStore: () => ({ get: () => ({}), put: () => ({}), delete: () => ({}) }) }) as never,
    );
  expect([await get('press'), isSilent()]).toEqual([PRESS, true]);
  const requests = server(MADE);
  expect(await flush('noor')).toMatchObject({ kind: 'done', outcome: 'sent' });
  expect(requests).toHaveLength(1);
  begin.mockRestore();
  expect(await get('press')).toBeUndefined();
});

test('a lock that is held for ever, or never answers, holds no press', async () => {
  for (const request of [() => new Promise(() => undefined), () => Promise.reject(new Error('not here'))]) {
    const { flush, put } = await phone();
    vi.stubGlobal('navigator', { locks: { request } });
    await put('press', PRESS);
    const requests = server(MADE);
    expect(await flush('noor')).toMatchObject({ kind: 'done', outcome: 'sent' });
    expect(requests).toHaveLength(1);
  }
});
