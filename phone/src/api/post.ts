// One request that writes to the API, for the page and the service worker alike.
const TIMEOUT_MS = 10_000;

/** Send it even when the page goes away (`keepalive`). Throws when there is no network. */
export const post = (
  path: string,
  body: unknown,
  key?: string,
  method: 'POST' | 'PUT' | 'DELETE' = 'POST',
): Promise<Response> =>
  fetch(path, {
    method,
    headers: { 'Content-Type': 'application/json', ...(key && { 'Idempotency-Key': key }) },
    body: JSON.stringify(body) ?? null,
    keepalive: true,
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
