// Lists are read to their end, so that neither the newest nor one's own is missing.
import { afterEach, expect, test, vi } from 'vitest';
import { api, whole } from './client';

afterEach(() => vi.unstubAllGlobals());

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
