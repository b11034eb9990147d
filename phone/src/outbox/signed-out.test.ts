// Somebody signs out while a request is on its way: nothing of theirs is put back, and nothing is taken from whoever comes next.
import { afterEach, expect, test, vi } from 'vitest';
import type { Press } from '../domain/press';
import { phone } from './phone.testing';

const TAP = Date.now() - 10_000;
const KEPT: Press = { key: 'key-1', person_id: 'noor', pressed_at: TAP, release_at: TAP + 3_000 };
const NEXT: Press = { ...KEPT, key: 'key-2', person_id: 'ben' };

afterEach(() => vi.unstubAllGlobals());

/** A server that answers when it is told to: the requests so far, and what answers the last of them. */
function slowServer() {
  const urls: string[] = [];
  let settle: (reply: Response | Promise<never>) => void = () => undefined;
  vi.stubGlobal('fetch', (url: string) => {
    urls.push(url);
    return new Promise<Response>((resolve) => (settle = resolve));
  });
  const asked = () => vi.waitFor(() => expect(urls).toHaveLength(1));
  const created = () => settle(new Response('{"id":"1"}', { status: 201 }));
  const unreachable = () => settle(Promise.reject(new TypeError('Failed to fetch')));
  return { urls, asked, created, unreachable };
}

test("a late reply does not drop the next person's press", async () => {
  const { flush, get, put, empty } = await phone();
  const { asked, created } = slowServer();
  await put('press', KEPT);
  const flushing = flush('noor');
  await asked();
  await empty();
  await put('press', NEXT);
  created();
  expect(await flushing).toMatchObject({ outcome: 'sent' });
  expect(await get('press')).toEqual(NEXT);
});

test('the worker does not put a press back', async () => {
  const page = await phone();
  const { indexedDB } = globalThis;
  await page.put('press', KEPT);
  const worker = await phone({ indexedDB });
  const { asked, unreachable } = slowServer();
  const flushing = worker.flush('noor');
  await asked();
  await page.empty();
  unreachable();
  await flushing;
  expect(await (await phone({ indexedDB })).get('press')).toBeUndefined();
});

test("letters are neither put back nor sent in the next person's name", async () => {
  vi.stubGlobal('isSecureContext', true);
  const { get, empty } = await phone();
  const { keep, sendLetters, discard } = await import('./letters');
  for (const key of ['one', 'two', 'three'])
    await keep({ key, person_id: 'noor', path: `/v1/${key}`, body: { text: key }, at: 0 });
  const { urls, asked, created } = slowServer();
  const sending = sendLetters('noor');
  const discarding = discard('three');
  await asked();
  await empty();
  created();
  await Promise.all([sending, discarding]);
  expect(urls).toEqual(['/v1/one']);
  expect([await get('letters'), await get('letter-key')]).toEqual([undefined, undefined]);
});
