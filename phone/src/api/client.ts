// Talks to /v1 with the types that openapi-typescript generates; the shape of openapi-fetch without its 3 kB.

import type { Client } from 'openapi-fetch';
import { newKey } from '../outbox/flush';
import { change, state } from '../state/store';
import { heardDate } from './clock';
import type { components, paths } from './schema';

export type Schemas = components['schemas'];
export type Me = Schemas['MeOut'];
export type Member = Schemas['MemberOut'];
export type Supported = Schemas['SupportedOut'];
export type ReachOut = Schemas['ReachOutOut'];
export type Recipient = Schemas['RecipientOut'];
export type Message = Schemas['MessageOut'];
export type Notice = Schemas['NoticeOut'];
export type Country = Schemas['Country'];
export type Config = Schemas['ConfigOut'];
export type Problem = Schemas['Problem'];

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
interface Init {
  params?: { path?: Record<string, string>; query?: Record<string, unknown>; header?: Record<string, string> };
  body?: unknown;
  signal?: AbortSignal;
  keepalive?: boolean;
}

export const NO_WAY = '/problems/no-way';
const PATIENCE_MS = 15_000;
/** Of a list: the most that the server gives, and the most that a phone holds. */
const AT_ONCE = 100;
const AT_MOST = 2_000;

/** Called when the server no longer knows this session. */
export const onSignedOut: { call: () => void } = { call: () => undefined };

/** Waited for around a sign-in: a sign-out that the server has not heard of must not end the session that comes. */
export const onSigningIn = {
  before: (): Promise<unknown> => Promise.resolve(),
  after: (): Promise<unknown> => Promise.resolve(),
};
const SIGNS_IN = ['/v1/people', '/v1/sessions', '/v1/sessions/passkey', '/v1/sessions/recovery'];

async function send(method: Method, path: string, init: Init = {}): Promise<unknown> {
  const { params = {}, body, signal, keepalive } = init;
  const query = Object.entries(params.query ?? {}).filter(([, value]) => value !== undefined && value !== null);
  const url =
    path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(params.path?.[name] ?? '')) +
    (query.length ? `?${new URLSearchParams(query.map(([name, value]) => [name, String(value)]))}` : '');
  const signsIn = method === 'POST' && SIGNS_IN.includes(path);
  if (signsIn) await onSigningIn.before();
  let response: Response;
  let said: unknown;
  try {
    response = await fetch(url, {
      method,
      headers: { ...params.header, ...(body === undefined ? {} : { 'Content-Type': 'application/json' }) },
      body: body === undefined ? null : JSON.stringify(body),
      keepalive: keepalive ?? false,
      signal: signal ?? AbortSignal.timeout(PATIENCE_MS),
    });
    heardDate(response.headers.get('Date'));
    said = response.status === 204 ? undefined : await response.json();
  } catch {
    // Only a look at everything finds the way again: what is shown has to be new by then.
    if (state.reached) change({ reached: false });
    return { response: Response.error(), error: { type: NO_WAY, status: 0 } };
  }
  if (signsIn && response.ok) await onSigningIn.after();
  if (response.ok) return { response, data: said };
  const error = said as Problem;
  if (error.type === '/problems/not-signed-in') onSignedOut.call();
  return { response, error };
}

interface Page {
  items: unknown[];
  next?: string | null;
}

/** A GET; one that asks for as much as the server gives at once (`whole`) goes on where the server stopped. */
async function toTheEnd(path: string, init: Init = {}): Promise<unknown> {
  const first = (await send('GET', path, init)) as { data?: Page };
  if (init.params?.query?.limit !== AT_ONCE || !first.data) return first;
  const { items } = first.data;
  for (let { next } = first.data; next && items.length < AT_MOST; ) {
    const further = (await send('GET', path, {
      ...init,
      params: { ...init.params, query: { ...init.params.query, cursor: next } },
    })) as { data?: Page };
    if (!further.data) return further;
    items.push(...further.data.items);
    next = further.data.next;
  }
  return { ...first, data: { ...first.data, next: null } };
}

const methods: Record<Method, (path: string, init?: Init) => Promise<unknown>> = {
  GET: (path, init) => toTheEnd(path, init),
  POST: (path, init) => send('POST', path, init),
  PUT: (path, init) => send('PUT', path, init),
  PATCH: (path, init) => send('PATCH', path, init),
  DELETE: (path, init) => send('DELETE', path, init),
};

/** `const { data, error } = await api.GET('/v1/circle')`. It never throws: without a way, `error.type` is NO_WAY. */
export const api = methods as unknown as Pick<Client<paths>, Method>;

/** What went wrong: `/problems/name-taken`, NO_WAY, or nothing. */
export const kindOf = (error: unknown): string => (error as Partial<Problem> | undefined)?.type ?? '';

/** A list to its end: whoever asks so misses neither the newest nor their own, however long it has become. */
export const whole = { params: { query: { limit: AT_ONCE } } };

/** A header under which a POST may be repeated safely. */
export const once = (key: string = newKey()) => ({ header: { 'Idempotency-Key': key } });
