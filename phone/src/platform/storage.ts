// A few values in IndexedDB, for the app and its service worker alike. Nothing here can be read by a person.
import { MOMENT_MS, within } from './timeout';

const NAME = 'porchlight';
const STORE = 'kept';
const SLOTS = ['press', 'key', 'vault', 'who', 'language', 'busy', 'leaving'] as const;

export type Slot = (typeof SLOTS)[number];

/** The limit once the storage has stayed silent, until it answers again. */
const SILENT_MS = 50;

let opened: Promise<IDBDatabase> | null = null;
let silent = false;
// Where a browser keeps nothing (private mode, a full phone) or stays silent, a press must still go out while the page is open.
const memory = new Map<Slot, unknown>();
/** Slots that are newer here than in the storage. */
const unwritten = new Map<Slot, { underWay: boolean }>();

/** Called when the storage answers again after a silence: what it has kept was not seen until now. */
export const onStorageBack: { call: () => void } = { call: () => undefined };

/** Return whether the storage does not answer, so that its content is unknown. */
export const isSilent = (): boolean => silent;

/** Return whether the slot is written, so that it survives the app's end. */
export const isSafe = (slot: Slot): boolean => !unwritten.has(slot);

function open(): Promise<IDBDatabase> {
  opened ??= new Promise<IDBDatabase>((resolve, reject) => {
    const request = indexedDB.open(NAME, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(STORE);
    request.onsuccess = () => {
      const database = request.result;
      database.onclose = () => (opened = null);
      // Another tab with a later version must not wait for this one.
      database.onversionchange = () => {
        database.close();
        opened = null;
      };
      resolve(database);
    };
    request.onerror = () => reject(request.error as Error);
  }).catch((error: unknown) => {
    opened = null;
    throw error;
  });
  return opened;
}

/** Run one transaction, after those requested before it, however late the storage answers. */
async function run<T>(
  mode: IDBTransactionMode,
  act: (store: IDBObjectStore) => IDBRequest,
  begun: (database: IDBDatabase) => void,
): Promise<T> {
  const database = await open();
  begun(database);
  return new Promise<T>((resolve, reject) => {
    // Strict: what is kept here is kept when the phone goes dark a moment later.
    const transaction = database.transaction(STORE, mode, { durability: 'strict' });
    const request = act(transaction.objectStore(STORE));
    transaction.oncomplete = () => resolve(request.result as T);
    transaction.onabort = transaction.onerror = () => reject(transaction.error as Error);
  });
}

/** Run a transaction, but wait only a moment for it. `late` runs whenever it has ended. */
async function ask<T>(
  mode: IDBTransactionMode,
  act: (store: IDBObjectStore) => IDBRequest,
  late: (done: boolean) => void = () => undefined,
): Promise<T> {
  let database: IDBDatabase | undefined;
  let answered = false;
  const request = run<T>(mode, act, (begun) => (database = begun));
  const settled = (done: boolean) => {
    answered = true;
    late(done);
    if (!silent) return;
    silent = false;
    if (done) onStorageBack.call();
  };
  request.then(
    () => settled(true),
    () => settled(false),
  );
  try {
    return await within(request, silent ? SILENT_MS : MOMENT_MS);
  } catch (error) {
    if (!answered) {
      silent = true;
      // A connection on which a transaction does not end is given up; it closes when that one has ended.
      if (database) {
        database.close();
        opened = null;
      }
    }
    throw error;
  }
}

export async function get<T>(slot: Slot): Promise<T | undefined> {
  const waiting = unwritten.get(slot);
  if (!waiting) {
    const read = await ask<T | undefined>('readonly', (store) => store.get(slot)).catch(
      () => memory.get(slot) as T | undefined,
    );
    // It may have been written here while it was read there.
    if (!unwritten.has(slot)) memory.set(slot, read);
  } else if (!waiting.underWay) void write([slot], keep(slot));
  return memory.get(slot) as T | undefined;
}

const keep = (slot: Slot) => (store: IDBObjectStore) =>
  memory.get(slot) === undefined ? store.delete(slot) : store.put(memory.get(slot), slot);

function write(slots: readonly Slot[], act: (store: IDBObjectStore) => IDBRequest): Promise<void> {
  const marker = { underWay: true };
  for (const slot of slots) unwritten.set(slot, marker);
  return ask<void>('readwrite', act, (done) => {
    marker.underWay = false;
    if (done) for (const slot of slots) if (unwritten.get(slot) === marker) unwritten.delete(slot);
  }).catch(() => undefined);
}

/** Write a slot; its value is known here at once, and written when the storage answers. */
export async function put(slot: Slot, value: unknown): Promise<void> {
  memory.set(slot, value);
  await write([slot], keep(slot));
}

export async function drop(slot: Slot): Promise<void> {
  memory.set(slot, undefined);
  await write([slot], keep(slot));
}

export async function empty(): Promise<void> {
  memory.clear();
  await write(SLOTS, (store) => store.clear());
}
