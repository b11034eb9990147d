// A browser's own services (storage, locks, workers, push) may stay silent for ever: neither success nor failure. Nothing
// that a person waits for may wait for them without an end.

/** Long enough for a slow phone's storage, short enough for who has just pressed. */
export const MOMENT_MS = 1_000;

export class NoAnswer extends Error {}

/** What was asked for, or a rejection when no answer has come in time. The asked one goes on; a late answer is nobody's. */
export function within<T>(promise: PromiseLike<T>, ms = MOMENT_MS): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const timer = setTimeout(() => reject(new NoAnswer()), ms);
    promise.then(resolve, reject).then(() => clearTimeout(timer));
  });
}
