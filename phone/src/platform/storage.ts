// A few values in IndexedDB, shared by the app and its service worker. Names and numbers are stored only encrypted (vault/).
import { MOMENT_MS, within } from './timeout';

const NAME = 'porchlight';
const STORE = 'kept';
export const SLOTS = [
  'press',
  'key',
  'vault',
  'plan',
  'who',
  'language',
  'busy',
  'leaving',
  'letters',
  'letter-key',
  'threads',
  'lock',
  'numbers',
  'numbers-key',
] as const;

export type Slot = (typeof SLOTS)[number];

/** The limit once the storage has stayed silent, until it answers again. */
const SILENT_MS = 50;

let connection: Promise<IDBDatabase> | null = null;
let silent = false;
// If the browser stores nothing (private mode, a full phone) or does not answer, a press must still be sent while the
// page is open.
const memory = new Map<Slot, unknown>();
/** Slots that are newer here than in the storage. */
const unwritten = new Map<Slot, { underWay: boolean }>();
/** How often each slot was emptied together with others: somebody's session ended. */
const erasures = new Map<Slot, number>();

/** Called when the storage answers again after a silence: its content was unknown until now. */
export const onStorageBack: { call: () => void } = { call: () => undefined };

/** Return whether the storage has stopped answering, so that its content is unknown. */
export const isSilent = (): boolean => silent;

/** Return whether the slot is written to disk, so that it survives closing the app. */
export const isSafe = (slot: Slot): boolean => !unwritten.has(slot);

function open(): Promise<IDBDatabase> {
  connection ??= new Promise<IDBDatabase>((resolve, reject) => {
    const request = indexedDB.open(NAME, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(STORE);
    request.onsuccess = () => {
      const database = request.result;
      database.onclose = () => (connection = null);
      // Do not block another tab that opens a later version.
      database.onversionchange = () => {
        database.close();
        connection = null;
      };
      resolve(database);
    };
    request.onerror = () => reject(request.error as Error);
  }).catch((error: unknown) => {
    connection = null;
    throw error;
  });
  return connection;
}

/** Run one transaction, after those requested earlier, however late the storage answers. */
async function run<T>(
  mode: IDBTransactionMode,
  act: (store: IDBObjectStore) => IDBRequest,
  onOpened: (database: IDBDatabase) => void,
): Promise<T> {
  const database = await open();
  onOpened(database);
  return new Promise<T>((resolve, reject) => {
    // Strict: the value is on disk even if the phone dies a moment later.
    const transaction = database.transaction(STORE, mode, { durability: 'strict' });
    const request = act(transaction.objectStore(STORE));
    transaction.oncomplete = () => resolve(request.result as T);
    transaction.onabort = transaction.onerror = () => reject(transaction.error as Error);
  });
}

/** Run a transaction, but wait only a moment for it. `onSettled` runs when it has ended, however late. */
async function runBriefly<T>(
  mode: IDBTransactionMode,
  act: (store: IDBObjectStore) => IDBRequest,
  onSettled: (done: boolean) => void = () => undefined,
): Promise<T> {
  let database: IDBDatabase | undefined;
  let answered = false;
  const request = run<T>(mode, act, (opened) => (database = opened));
  const settled = (done: boolean) => {
    answered = true;
    onSettled(done);
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
      // Give up a connection whose transaction does not end; it closes once that one has ended.
      if (database) {
        database.close();
        connection = null;
      }
    }
    throw error;
  }
}

export async function get<T>(slot: Slot): Promise<T | undefined> {
  const pendingWrite = unwritten.get(slot);
  if (!pendingWrite) {
    const stored = await runBriefly<T | undefined>('readonly', (store) => store.get(slot)).catch(
      () => memory.get(slot) as T | undefined,
    );
    // The slot may have been written while it was being read.
    if (!unwritten.has(slot)) memory.set(slot, stored);
  } else if (!pendingWrite.underWay) void write([slot], writeMemory(slot));
  return memory.get(slot) as T | undefined;
}

const writeMemory = (slot: Slot) => (store: IDBObjectStore) =>
  memory.get(slot) === undefined ? store.delete(slot) : store.put(memory.get(slot), slot);

function write(slots: readonly Slot[], act: (store: IDBObjectStore) => IDBRequest): Promise<void> {
  const marker = { underWay: true };
  for (const slot of slots) unwritten.set(slot, marker);
  return runBriefly<void>('readwrite', act, (done) => {
    marker.underWay = false;
    if (done) for (const slot of slots) if (unwritten.get(slot) === marker) unwritten.delete(slot);
  }).catch(() => undefined);
}

/** Set a slot; the value can be read at once, and is on disk when the storage has answered. */
export async function put(slot: Slot, value: unknown): Promise<void> {
  memory.set(slot, value);
  await write([slot], writeMemory(slot));
}

/** Set several slots, or drop those without a value: all of them or none. */
export async function putAll(values: Partial<Record<Slot, unknown>>): Promise<void> {
  const slots = Object.keys(values) as Slot[];
  for (const slot of slots) memory.set(slot, values[slot]);
  await write(slots, (store) => slots.map((slot) => writeMemory(slot)(store)).pop() as IDBRequest);
}

export async function drop(slot: Slot): Promise<void> {
  memory.set(slot, undefined);
  await write([slot], writeMemory(slot));
}

/** Return whether a slot is still the same person's as now: what was under way before then is not put into it any more. */
export function whileKept(slot: Slot): () => boolean {
  const before = erasures.get(slot);
  return () => erasures.get(slot) === before;
}

const erase = (slot: Slot) => void erasures.set(slot, (erasures.get(slot) ?? 0) + 1);

/** Drop every slot but these. */
export async function dropAllBut(kept: readonly Slot[]): Promise<void> {
  const others = SLOTS.filter((slot) => !kept.includes(slot));
  others.forEach(erase);
  await Promise.all(others.map(drop));
}

/** Drop every slot, and set these in the same moment: a phone that dies then has done both or neither. */
export async function empty(left: Partial<Record<Slot, unknown>> = {}): Promise<void> {
  SLOTS.forEach(erase);
  memory.clear();
  const slots = Object.keys(left) as Slot[];
  for (const slot of slots) memory.set(slot, left[slot]);
  await write(SLOTS, (store) => [store.clear(), ...slots.map((slot) => writeMemory(slot)(store))].pop() as IDBRequest);
}
