// What the phone keeps, and what happens where it can keep nothing.
import { IDBDatabase, IDBFactory } from 'fake-indexeddb';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { phone, server } from '../outbox/phone.testing';

const PRESS = { key: 'key-1', person_id: 'noor', pressed_at: 1, release_at: 1, sure: true };

afterEach(() => vi.unstubAllGlobals());

test('what is kept is there after the app was closed', async () => {
  const indexedDB = new IDBFactory();
  await (await phone({ indexedDB })).put('press', PRESS);
  expect(await (await phone({ indexedDB })).get('press')).toEqual(PRESS);
});

test('what is dropped is gone, and nothing else', async () => {
  const { drop, get, put } = await phone();
  await put('press', PRESS);
  await put('who', 'noor');
  await drop('press');
  expect([await get('press'), await get('who')]).toEqual([undefined, 'noor']);
});

test('emptied means everything', async () => {
  const indexedDB = new IDBFactory();
  const { empty, put } = await phone({ indexedDB });
  for (const slot of ['press', 'key', 'vault', 'who', 'language', 'busy'] as const) await put(slot, slot);
  await empty();
  const { get } = await phone({ indexedDB });
  for (const slot of ['press', 'key', 'vault', 'who', 'language', 'busy'] as const)
    expect(await get(slot)).toBeUndefined();
});

test('it is written to be safe when the phone goes dark a moment later', async () => {
  const { put } = await phone();
  const transaction = vi.spyOn(IDBDatabase.prototype, 'transaction');
  await put('press', PRESS);
  expect(transaction).toHaveBeenCalledWith('kept', 'readwrite', { durability: 'strict' });
  transaction.mockRestore();
});

describe('a browser that keeps nothing', () => {
  const refusing = {
    open() {
      const request: { onerror?: () => void; error: Error } = { error: new Error('private mode') };
      queueMicrotask(() => request.onerror?.());
      return request;
    },
  };
  const throwing = {
    open() {
      throw new Error('not allowed here');
    },
  };

  test.each([
    ['refuses', refusing],
    ['throws', throwing],
    ['has none', undefined],
  ])('%s: while the page is open, memory keeps it, and it goes out', async (_, indexedDB) => {
    const { drop, flush, get, put } = await phone(indexedDB === undefined ? { indexedDB: null } : { indexedDB });
    await put('press', PRESS);
    expect(await get('press')).toEqual(PRESS);
    const requests = server({ status: 201, body: { id: 'reach-out-1' } });
    expect(await flush('noor')).toMatchObject({ kind: 'done', outcome: 'sent' });
    expect(requests).toHaveLength(1);
    expect(await get('press')).toBeUndefined();
    await put('who', 'noor');
    await drop('who');
    expect(await get('who')).toBeUndefined();
  });

  test('a full phone: what could not be written counts, not what was written before', async () => {
    const { get, put } = await phone();
    await put('press', { ...PRESS, sure: false });
    const full = vi.spyOn(IDBDatabase.prototype, 'transaction').mockImplementationOnce(() => {
      throw new Error('QuotaExceededError');
    });
    await put('press', PRESS);
    expect(full).toHaveBeenCalledOnce();
    full.mockRestore();
    expect(await get('press')).toEqual(PRESS);
  });

  test.each([
    ['refused', refusing],
    ['thrown', throwing],
  ])('one that has %s and comes to its senses is used again', async (_, troubled) => {
    const real = new IDBFactory();
    let broken = true;
    const { get, put } = await phone({
      indexedDB: { open: (...words: [string, number]) => (broken ? troubled.open() : real.open(...words)) },
    });
    await put('press', PRESS);
    broken = false;
    expect(await get('press')).toEqual(PRESS);
    await put('press', { ...PRESS, sure: false });
    expect(await (await phone({ indexedDB: real })).get('press')).toEqual({ ...PRESS, sure: false });
  });
});
