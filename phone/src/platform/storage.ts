// A few values in IndexedDB, for the app and its service worker alike. Nothing here can be read by a person.
import { MOMENT_MS, within } from './timeout';

const NAME = 'porchlight';
const STORE = 'kept';
const SLOTS = ['press', 'key', 'vault', 'who', 'language', 'busy', 'leaving'] as const;

export type Slot = (typeof SLOTS)[number];

/** Once it has been silent, it is not waited for again before it has answered. */
const SILENT_MS = 50;

let opened: Promise<IDBDatabase> | null = null;
let silent = false;
// Where a browser keeps nothing (private mode, a full phone) or stays silent, a press must still go out while the page is open.
const memory = new Map<Slot, unknown>();
/** What is newer here than in the storage: its write is under way (true) or was refused (false). */
const unwritten = new Map<Slot, { underWay: boolean }>();

/** Called when the storage answers again after a silence: what it has kept was not seen until now. */
export const onStorageBack: { call: () => void } = { call: () => undefined };

/** Whether the storage has not answered, so that nothing is known of what it holds. */
export const isSilent = (): boolean => silent;

/** Whether a value would be there after the app was closed. */
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

/** One transaction, after those asked for before it, however late the storage answers. */
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

/** Waits a moment for the storage. `late`: what is to be done whenever it has answered. */
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

/** Kept, or at least known here until it is. */
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
