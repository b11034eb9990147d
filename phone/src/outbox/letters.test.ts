// Letters on the phone: sealed, sent in order, each once, and nothing that was written is lost.
import { IDBFactory } from 'fake-indexeddb';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
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
  expect(requests[0]?.key).not.toBe(requests[1]?.key);
  expect(reply?.data).toEqual({ id: '1' });
  await keep(shared);
  server(problem(422, 'member-unknown'));
  const [refused] = await sendLetters('maya', 'one');
  expect(refused?.error).toMatchObject({ type: '/problems/member-unknown' });
  expect(await lettersOf('maya')).toEqual([]);
});

test('a letter can be replaced or given up while it is still here', async () => {
  const { keep, discard, lettersOf } = await outbox();
  await keep(letter('one'));
  await keep(letter('two'), 'one');
  expect((await lettersOf('maya')).map(({ key }) => key)).toEqual(['two']);
  await discard('two');
  expect(await lettersOf('maya')).toEqual([]);
});

test('a letter may replace something: it is sent as a PUT', async () => {
  const { keep, sendLetters } = await outbox();
  await keep(letter('day', { method: 'PUT' }));
  const requests = server({ status: 200, body: {} });
  await sendLetters('maya');
  expect(requests.map(({ method }) => method)).toEqual(['PUT']);
});
