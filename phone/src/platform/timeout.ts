// A browser's own services (storage, locks, workers, push) may never answer: neither success nor failure. Nothing that
// a person waits for may wait for them without a limit.

/** Long enough for a slow phone's storage, short enough for somebody who has just pressed. */
export const MOMENT_MS = 1_000;

export class NoAnswer extends Error {}

/** Return the promise's result, or reject with NoAnswer when it takes longer. It goes on; a late result is dropped. */
export function within<T>(promise: PromiseLike<T>, ms = MOMENT_MS): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const timer = setTimeout(() => reject(new NoAnswer()), ms);
    promise.then(resolve, reject).then(() => clearTimeout(timer));
  });
}
