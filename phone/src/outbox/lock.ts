// One thing at a time: on this page, and between all pages and the worker.
import { MOMENT_MS, within } from '../platform/timeout';

/** Return a function that runs `act` after its earlier calls on this page, and never at the same time as another page or the worker. */
export function serializer(name: string): <T>(act: () => Promise<T>) => Promise<T> {
  let queueEnd: Promise<unknown> = Promise.resolve();
  return (act) => {
    const result = queueEnd.then(() => withLock(name, act));
    queueEnd = result.catch(() => undefined);
    return result;
  };
}

async function withLock<T>(name: string, act: () => Promise<T>): Promise<T> {
  // Without a secure context there are no locks, but no worker to race with either.
  const { locks } = navigator as Partial<Navigator>;
  let started: Promise<T> | null = null;
  const begin = () => (started ??= act());
  // A frozen tab may hold the lock for ever. The idempotency key makes it safe to continue without it.
  if (locks)
    await within(locks.request(name, { signal: AbortSignal.timeout(MOMENT_MS) }, begin)).catch(() => undefined);
  return begin();
}
