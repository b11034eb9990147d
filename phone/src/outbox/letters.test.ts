// Letters on the phone: sealed, sent in order, each once, and nothing that was written is lost.
import { IDBFactory } from 'fake-indexeddb';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Letter } from './letters';
import { phone, problem, server } from './phone.testing';

beforeEach(() => vi.stubGlobal('isSecureContext', true));
afterEach(() => vi.unstubAllGlobals());

async function outbox(indexedDB = new IDBFactory() as unknown) {
  const { get } = await phone({ indexedDB });
  return { get, ...(await import('./letters')) };
}

const letter = (key: string, more: Partial<Letter> = {}): Letter => ({
  key,
  person_id: 'maya',
  path: '/v1/check-ins',
  body: { note: key },
  at: 0,
  ...more,
});
const created = { status: 201, body: { id: '1' } };

test('without a network it waits, also after a restart; then it goes out in order, each under its key', async () => {
  const indexedDB = new IDBFactory();
  const { keep, sendLetters } = await outbox(indexedDB);
  server('no network');
  await keep(letter('one'));
  await keep(letter('two'));
  expect(await sendLetters('maya')).toEqual([]);
  const later = await outbox(indexedDB);
  const requests = server(created);
  const replies = await Promise.all([later.sendLetters('maya'), later.sendLetters('maya')]);
  expect(requests.map(({ key, body }) => [key, body])).toEqual([
    ['one', { note: 'one' }],
    ['two', { note: 'two' }],
  ]);
  expect(replies.flat()).toHaveLength(2);
  expect(await later.lettersOf('maya')).toEqual([]);
});

test('what is stored cannot be read, and leaves nothing behind', async () => {
  const { keep, get, sendLetters } = await outbox();
  await keep(letter('soup'));
  const held = await get<{ sealed: ArrayBuffer }>('letters');
  expect(Buffer.from(held?.sealed ?? new ArrayBuffer(0)).includes('soup')).toBe(false);
  server(created);
  await sendLetters('maya');
  expect([await get('letters'), await get('letter-key')]).toEqual([undefined, undefined]);
});

test('what another tab has given up or sent is gone here too', async () => {
  const indexedDB = new IDBFactory();
  const { keep, lettersOf, sendLetters } = await outbox(indexedDB);
  await keep(letter('one'));
  const other = await outbox(indexedDB);
  await other.discard('one');
  const requests = server(created);
  expect(await lettersOf('maya')).toEqual([]);
  await sendLetters('maya');
  expect(requests).toEqual([]);
});

test("nobody else's session sends it", async () => {
  const { keep, lettersOf, sendLetters } = await outbox();
  await keep(letter('one'));
  const requests = server(created);
  await sendLetters('ben');
  expect(requests).toEqual([]);
  expect(await lettersOf('ben')).toEqual([]);
  expect(await lettersOf('maya')).toHaveLength(1);
});

test.each([
  ['a session that has ended', problem(401, 'not-signed-in')],
  ['a server in trouble', problem(503, 'unavailable')],
  ['a limit', problem(429, 'too-many-tries')],
  ['a page of the Wi-Fi', 'HTML' as const],
])('%s says nothing about the letter, and holds the next one back', async (_, answer) => {
  const { keep, lettersOf, sendLetters } = await outbox();
  await keep(letter('one'));
  await keep(letter('two'));
  const requests = server(answer);
  expect(await sendLetters('maya')).toEqual([]);
  expect(requests).toHaveLength(1);
  expect(await lettersOf('maya')).toHaveLength(2);
});

test('what is refused later goes out as it is for me alone; what is refused while I wait is said to me', async () => {
  const { keep, lettersOf, sendLetters } = await outbox();
  const shared = letter('one', { body: { note: 'x', share_with: ['gone'] }, otherwise: { note: 'x' } });
  await keep(shared);
  const requests = server(problem(422, 'member-unknown'), created);
  const [reply] = await sendLetters('maya');
  expect(requests.map(({ body }) => body)).toEqual([{ note: 'x', share_with: ['gone'] }, { note: 'x' }]);
  // Refused, it has not used up its key; so whatever takes its place can only take its place.
  expect(requests[0]?.key).toBe(requests[1]?.key);
  expect(reply?.data).toEqual({ id: '1' });
  await keep(shared);
  server(problem(422, 'member-unknown'));
  const [refused] = await sendLetters('maya', new Set(['one']));
  expect(refused?.error).toMatchObject({ type: '/problems/member-unknown' });
  expect(await lettersOf('maya')).toEqual([]);
});

/** A server with idempotency keys; replies to the first requests are lost on the way. `items`: what it has, by id. */
function remembering({ lost = 0 } = {}) {
  const items = new Map<string, unknown>();
  const used = new Map<string, { body: string; id: string }>();
  let count = 0;
  vi.stubGlobal('fetch', (url: string, { method, headers, body }: RequestInit) => {
    const key = new Headers(headers).get('Idempotency-Key') ?? '';
    const reply = () => {
      if (method === 'DELETE')
        return items.delete(url.split('/').pop() ?? '')
          ? new Response(null, { status: 204 })
          : new Response(JSON.stringify({ type: '/problems/not-found', status: 404 }), { status: 404 });
      const before = used.get(key);
      if (before && before.body !== body)
        return new Response(JSON.stringify({ type: '/problems/key-reused', status: 409 }), { status: 409 });
      const id = before?.id ?? `id-${used.size}`;
      if (!before) {
        used.set(key, { body: String(body), id });
        items.set(id, JSON.parse(String(body)));
      }
      return new Response(JSON.stringify({ id }), { status: 201 });
    };
    const made = reply();
    return ++count <= lost ? Promise.reject(new TypeError('Failed to fetch')) : Promise.resolve(made);
  });
  return items;
}

describe('what is said anew takes the place of what was said before', () => {
  test('where that one still waits', async () => {
    const { keep, sendLetters, lettersOf } = await outbox();
    const first = await keep(letter('one'));
    await keep(letter('two'), first);
    expect(await lettersOf('maya')).toMatchObject([{ body: { note: 'two' } }]);
    const items = remembering();
    await sendLetters('maya');
    expect([...items.values()]).toEqual([{ note: 'two' }]);
  });

  test.each([1, 2, 3])('where it had arrived although no reply came (%i replies are lost)', async (lost) => {
    const { keep, sendLetters, lettersOf } = await outbox();
    const items = remembering({ lost });
    const first = await keep(letter('one'));
    await sendLetters('maya');
    const second = await keep(letter('two'), first);
    await sendLetters('maya');
    await keep(letter('three'), second);
    for (let tries = 0; tries < 4; tries += 1) await sendLetters('maya');
    expect([...items.values()]).toEqual([{ note: 'three' }]);
    expect(await lettersOf('maya')).toEqual([]);
  });

  test('where it was sent while it was being changed', async () => {
    const { keep, sendLetters } = await outbox();
    const items = remembering();
    const first = await keep(letter('one'));
    await sendLetters('maya');
    await keep(letter('two'), first);
    const replies = await sendLetters('maya', new Set([first.key]));
    expect([...items.values()]).toEqual([{ note: 'two' }]);
    expect(replies.find((reply) => reply.letter.key === first.key)?.data).toEqual({ id: 'id-1' });
  });

  test('where the server has it, and not before the new one has arrived', async () => {
    const { keep, sendLetters } = await outbox();
    server('no network');
    const first = await keep(letter('one', { replaces: ['/v1/check-ins/old'] }));
    await keep(letter('two'), first);
    expect(await sendLetters('maya')).toEqual([]);
    const items = remembering();
    items.set('old', {});
    await sendLetters('maya');
    expect([...items.values()]).toEqual([{ note: 'two' }]);
  });

  test('but what is refused takes nothing away', async () => {
    const { keep, sendLetters } = await outbox();
    await keep(letter('one', { replaces: ['/v1/check-ins/old'] }));
    const requests = server(problem(422, 'invalid'));
    await sendLetters('maya');
    expect(requests.map(({ method }) => method)).toEqual([undefined]);
  });
});

test('what is gone already counts as removed', async () => {
  const { keep, sendLetters } = await outbox();
  const removal = await keep(letter('gone', { method: 'DELETE', body: undefined }));
  server(problem(404, 'not-found'));
  const [reply] = await sendLetters('maya', new Set([removal.key]));
  expect(reply?.error).toBeUndefined();
});

test('a letter can be given up while it is still here', async () => {
  const { keep, discard, lettersOf } = await outbox();
  await keep(letter('one'));
  await discard('one');
  expect(await lettersOf('maya')).toEqual([]);
});

test('a letter may replace something: it is sent as a PUT', async () => {
  const { keep, sendLetters } = await outbox();
  await keep(letter('day', { method: 'PUT' }));
  const requests = server({ status: 200, body: {} });
  await sendLetters('maya');
  expect(requests.map(({ method }) => method)).toEqual(['PUT']);
});

test('a browser that seals nothing loses nothing while the page is open', async () => {
  const { keep, lettersOf, sendLetters } = await outbox();
  await keep(letter('before'));
  vi.spyOn(crypto.subtle, 'encrypt').mockRejectedValue(new Error('no'));
  await keep(letter('one'));
  expect((await lettersOf('maya')).map(({ key }) => key)).toEqual(['before', 'one']);
  const requests = server(created);
  await sendLetters('maya');
  expect(requests.map(({ key }) => key)).toEqual(['before', 'one']);
  expect(await lettersOf('maya')).toEqual([]);
  vi.restoreAllMocks();
});
