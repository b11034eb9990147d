// A few values in IndexedDB, for the app and its service worker alike. Nothing here can be read by a person.
const NAME = 'porchlight';
const STORE = 'kept';
export type Slot = 'press' | 'key' | 'vault' | 'who' | 'language' | 'busy';

let opened: Promise<IDBDatabase> | null = null;
// Where a browser keeps nothing (private mode, a full phone), a press must still go out while the page is open.
const memory = new Map<Slot, unknown>();

function open(): Promise<IDBDatabase> {
  opened ??= new Promise<IDBDatabase>((resolve, reject) => {
    const asked = indexedDB.open(NAME, 1);
    asked.onupgradeneeded = () => asked.result.createObjectStore(STORE);
    asked.onsuccess = () => {
      asked.result.onclose = () => (opened = null);
      resolve(asked.result);
    };
    asked.onerror = () => reject(asked.error as Error);
  }).catch((error: unknown) => {
    opened = null;
    throw error;
  });
  return opened;
}

async function run<T>(mode: IDBTransactionMode, act: (store: IDBObjectStore) => IDBRequest): Promise<T> {
  const database = await open();
  return new Promise<T>((resolve, reject) => {
    // Strict: what is kept here is kept when the phone goes dark a moment later.
    const transaction = database.transaction(STORE, mode, { durability: 'strict' });
    const asked = act(transaction.objectStore(STORE));
    transaction.oncomplete = () => resolve(asked.result as T);
    transaction.onabort = transaction.onerror = () => reject(transaction.error as Error);
  });
}

export const get = <T>(slot: Slot): Promise<T | undefined> =>
  run<T | undefined>('readonly', (store) => store.get(slot)).then(
    // Memory holds only what could not be written, so it is the newer of the two.
    (value) => (memory.get(slot) as T | undefined) ?? value,
    () => memory.get(slot) as T | undefined,
  );

export async function put(slot: Slot, value: unknown): Promise<void> {
  memory.delete(slot);
  await run('readwrite', (store) => store.put(value, slot)).catch(() => memory.set(slot, value));
}

export async function drop(slot: Slot): Promise<void> {
  memory.delete(slot);
  await run('readwrite', (store) => store.delete(slot)).catch(() => undefined);
}

export async function empty(): Promise<void> {
  memory.clear();
  await run('readwrite', (store) => store.clear()).catch(() => undefined);
}
