// Random keys, for idempotency.

/** Return a new Idempotency-Key. Not randomUUID: that is missing where the address is no secure context. */
export const newKey = (): string =>
  Array.from(crypto.getRandomValues(new Uint32Array(4)), (part) => part.toString(36)).join('');
