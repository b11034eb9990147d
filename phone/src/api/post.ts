// One POST to the API, for the page and the service worker alike.
const PATIENCE_MS = 10_000;

/** `keepalive`: it goes out even when what asked for it goes away. Throws when there is no way. */
export const post = (path: string, body: unknown, key?: string): Promise<Response> =>
  fetch(path, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', ...(key && { 'Idempotency-Key': key }) },
    body: JSON.stringify(body),
    keepalive: true,
    signal: AbortSignal.timeout(PATIENCE_MS),
  });
