// Lists are read to their end, so that neither the newest nor one's own is missing.
import { afterEach, expect, test, vi } from 'vitest';
import { t } from '../i18n';
import { errorText } from '../i18n/problem';
import { api, callbacks, whole } from './client';

afterEach(() => {
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

/** A server that gives `total` things, as many at once as it is asked for. */
function server(total: number): string[] {
  const urls: string[] = [];
  vi.stubGlobal('fetch', async (url: string) => {
    urls.push(url);
    const query = new URL(url, 'https://porch.example').searchParams;
    const from = Number(query.get('cursor') ?? 0);
    const until = Math.min(total, from + Number(query.get('limit') ?? 20));
    const items = Array.from({ length: until - from }, (_, index) => ({ id: from + index }));
    return new Response(JSON.stringify({ items, next: until < total ? String(until) : null }), {
      headers: { 'Content-Type': 'application/json' },
    });
  });
  return urls;
}

test.each([
  [0, 1],
  [100, 1],
  [101, 2],
  [451, 5],
])('%i things come in %i requests, the last of them too', async (total, requests) => {
  const urls = server(total);
  const { data } = await api.GET('/v1/circle', whole);
  expect(data?.items).toHaveLength(total);
  expect(data?.next).toBeNull();
  expect(urls).toHaveLength(requests);
});

test('a page is a page where no more was asked for', async () => {
  const urls = server(50);
  const { data } = await api.GET('/v1/inbox', {});
  expect(data?.items).toHaveLength(20);
  expect(urls).toHaveLength(1);
});

test('a list that breaks off is no list: what is shown stays', async () => {
  server(300);
  const good = fetch;
  vi.stubGlobal('fetch', (url: string) =>
    url.includes('cursor=200') ? Promise.reject(new TypeError('Failed to fetch')) : good(url),
  );
  const { data, error } = await api.GET('/v1/circle', whole);
  expect(data).toBeUndefined();
  expect(error).toBeDefined();
});

/** A server that wants fresh proof for the first `refusals` calls. */
function guarded(refusals: number): { count: number } {
  const calls = { count: 0 };
  vi.stubGlobal('fetch', async () => {
    calls.count += 1;
    return calls.count <= refusals
      ? new Response(JSON.stringify({ type: '/problems/proof-needed', status: 403 }), { status: 403 })
      : new Response(JSON.stringify({ items: [], next: null }));
  });
  return calls;
}

test('a call that needs proof is made again once proof was given', async () => {
  const calls = guarded(2);
  vi.spyOn(callbacks, 'proofNeeded').mockResolvedValue(true);
  const { data, error } = await api.GET('/v1/blocks', {});
  expect(data?.items).toEqual([]);
  expect(error).toBeUndefined();
  expect(calls.count).toBe(3);
});

test('without proof the call fails, and is not made again', async () => {
  const calls = guarded(9);
  vi.spyOn(callbacks, 'proofNeeded').mockResolvedValue(false);
  const { error } = await api.GET('/v1/blocks', {});
  expect(error).toMatchObject({ type: '/problems/proof-needed' });
  expect(calls.count).toBe(1);
});

test.each([
  ['TimeoutError', true],
  ['TypeError', false],
])('%s: a reply that is late is told from a network that is gone', async (name, late) => {
  vi.stubGlobal('fetch', () => Promise.reject(new DOMException('', name)));
  const { error } = await api.GET('/v1/me');
  expect(error).toMatchObject({ late });
  expect(errorText(error)).toBe(t(late ? 'all.late' : 'all.network-error'));
});
