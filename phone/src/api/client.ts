// Talks to /v1 with the types that openapi-typescript generates; the shape of openapi-fetch without its 3 kB.

import type { Client } from 'openapi-fetch';
import type { paths } from '../contract/schema';
import type { Problem } from '../contract/types';
import { NETWORK_ERROR, PROOF_NEEDED } from '../domain/problems';
import { syncClock } from '../platform/clock';
import { newKey } from '../platform/random-key';

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
interface Init {
  params?: { path?: Record<string, string>; query?: Record<string, unknown>; header?: Record<string, string> };
  body?: unknown;
  signal?: AbortSignal;
  keepalive?: boolean;
}

const TIMEOUT_MS = 15_000;
/** The largest page that the server returns, and the longest list that the app loads. */
const PAGE_LIMIT = 100;
const LIST_LIMIT = 2_000;

/** Set by the app before its first call. */
export const callbacks = {
  /** The server no longer knows this session. */
  sessionExpired: (): void => undefined,
  /** The server wants fresh proof. Resolves once it was given (true) or refused; then the call is made again, or fails. */
  proofNeeded: (): Promise<boolean> => Promise.resolve(false),
  /** No reply came. */
  networkFailed: (): void => undefined,
  /** Awaited around a sign-in: a sign-out still to be sent must not end the new session. */
  beforeSignIn: (): Promise<unknown> => Promise.resolve(),
  afterSignIn: (): Promise<unknown> => Promise.resolve(),
};
const SIGN_IN_PATHS = [
  '/v1/people',
  '/v1/people/passkey',
  '/v1/sessions',
  '/v1/sessions/passkey',
  '/v1/sessions/recovery',
];

/** A file goes as it is: the server looks into it, whatever its type is called. */
const written = (body: unknown) => (body instanceof Blob ? body : JSON.stringify(body));

async function send(method: Method, path: string, init: Init = {}): Promise<unknown> {
  const { params = {}, body, signal, keepalive } = init;
  const query = Object.entries(params.query ?? {}).filter(([, value]) => value !== undefined && value !== null);
  const url =
    path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(params.path?.[name] ?? '')) +
    (query.length ? `?${new URLSearchParams(query.map(([name, value]) => [name, String(value)]))}` : '');
  const signsIn = method === 'POST' && SIGN_IN_PATHS.includes(path);
  if (signsIn) await callbacks.beforeSignIn();
  let response: Response;
  let content: unknown;
  try {
    response = await fetch(url, {
      method,
      headers: { ...params.header, ...(body === undefined ? {} : { 'Content-Type': 'application/json' }) },
      body: body === undefined ? null : written(body),
      keepalive: keepalive ?? false,
      signal: signal ?? AbortSignal.timeout(TIMEOUT_MS),
    });
    syncClock(response.headers.get('Date'));
    content = response.status === 204 ? undefined : await response.json();
  } catch (reason) {
    callbacks.networkFailed();
    // A reply that does not come in time says nothing of whether the request arrived.
    const late = (reason as Error).name === 'TimeoutError';
    return { response: Response.error(), error: { type: NETWORK_ERROR, status: 0, late } };
  }
  if (signsIn && response.ok) await callbacks.afterSignIn();
  if (response.ok) return { response, data: content };
  const error = content as Problem;
  if (error.type === '/problems/not-signed-in') callbacks.sessionExpired();
  if (error.type === PROOF_NEEDED && (await callbacks.proofNeeded())) return send(method, path, init);
  return { response, error };
}

interface Page {
  items: unknown[];
  next?: string | null;
}

/** GET; with the largest page size (`whole`) it follows `next` to the end of the list. */
async function getWhole(path: string, init: Init = {}): Promise<unknown> {
  const first = (await send('GET', path, init)) as { data?: Page };
  if (init.params?.query?.limit !== PAGE_LIMIT || !first.data) return first;
  const { items } = first.data;
  for (let { next } = first.data; next && items.length < LIST_LIMIT; ) {
    const page = (await send('GET', path, {
      ...init,
      params: { ...init.params, query: { ...init.params.query, cursor: next } },
    })) as { data?: Page };
    if (!page.data) return page;
    items.push(...page.data.items);
    next = page.data.next;
  }
  return { ...first, data: { ...first.data, next: null } };
}

const methods: Record<Method, (path: string, init?: Init) => Promise<unknown>> = {
  GET: (path, init) => getWhole(path, init),
  POST: (path, init) => send('POST', path, init),
  PUT: (path, init) => send('PUT', path, init),
  PATCH: (path, init) => send('PATCH', path, init),
  DELETE: (path, init) => send('DELETE', path, init),
};

/** `const { data, error } = await api.GET('/v1/circle')`. It never throws: without a network, `error.type` is NETWORK_ERROR. */
export const api = methods as unknown as Pick<Client<paths>, Method>;

/** Params for a whole list, however long: without them, the newest entries or one's own may be missing. */
export const whole = { params: { query: { limit: PAGE_LIMIT } } };

/** A header under which a POST may be repeated safely. */
export const once = (key: string = newKey()) => ({ header: { 'Idempotency-Key': key } });
