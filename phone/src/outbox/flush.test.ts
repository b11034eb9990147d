// The kept press goes out once: whoever tries it, however often, and whatever the server says in between.
import { afterEach, describe, expect, test, vi } from 'vitest';
import type { Press } from '../domain/press';
import { STALE_MS } from '../domain/press';
import { phone, problem, server } from './phone.testing';

const TAP = Date.now() - 10_000;
const KEPT: Press = { key: 'key-1', person_id: 'noor', pressed_at: TAP, release_at: TAP + 3_000 };
const MADE = { status: 201, body: { id: 'reach-out-1' } };

afterEach(() => vi.unstubAllGlobals());

describe('one attempt', () => {
  test('sends it with its key and the time of the tap, and lets it go', async () => {
    const { flush, get, put } = await phone();
    await put('press', KEPT);
    const requests = server(MADE);
    const flushed = await flush('noor');
    expect(flushed).toEqual({ kind: 'done', outcome: 'sent', reply: MADE.body, press: KEPT });
    expect(requests).toEqual([
      { url: '/v1/reach-outs', key: 'key-1', body: { pressed_at: new Date(TAP).toISOString() } },
    ]);
    expect(await get('press')).toBeUndefined();
  });

  test('two at once send one', async () => {
    const { flush, put } = await phone();
    await put('press', KEPT);
    const requests = server(MADE);
    const both = await Promise.all([flush('noor'), flush('noor')]);
    expect(requests).toHaveLength(1);
    expect(both.map(({ kind }) => kind)).toEqual(['done', 'none']);
  });

  test('where the browser knows no locks, it goes out all the same', async () => {
    const { flush, put } = await phone();
    vi.stubGlobal('navigator', {});
    await put('press', KEPT);
    const requests = server(MADE);
    expect((await flush('noor')).kind).toBe('done');
    expect(requests).toHaveLength(1);
  });

  test('sends nothing when nothing is kept', async () => {
    const { flush } = await phone();
    const requests = server(MADE);
    expect(await flush('noor')).toEqual({ kind: 'none' });
    expect(requests).toEqual([]);
  });

  test("never sends another person's press, and leaves it to them", async () => {
    const { flush, get, put } = await phone();
    await put('press', KEPT);
    const requests = server(MADE);
    expect(await flush('somebody else')).toEqual({ kind: 'none' });
    expect(await flush(undefined)).toEqual({ kind: 'none' });
    expect(requests).toEqual([]);
    expect(await get('press')).toEqual(KEPT);
  });

  test('sends nothing while the ring lasts', async () => {
    const { flush, get, put } = await phone();
    const ringing = { ...KEPT, pressed_at: Date.now(), release_at: Date.now() + 3_000 };
    await put('press', ringing);
    const requests = server(MADE);
    expect((await flush('noor')).kind).toBe('ring');
    expect(requests).toEqual([]);
    expect(await get('press')).toEqual(ringing);
  });

  test('asks before it sends an old one', async () => {
    const { flush, put } = await phone();
    await put('press', { ...KEPT, pressed_at: Date.now() - STALE_MS - 1_000 });
    const requests = server(MADE);
    expect(await flush('noor')).toEqual({ kind: 'ask' });
    expect(requests).toEqual([]);
  });
});

describe('it stays, with the same key, when', () => {
  test.each([
    ['there is no network', 'no network' as const],
    ['a proxy answers with its own page', 'HTML' as const],
    ['the server is busy', problem(503, 'unavailable')],
    ['the server breaks', problem(500, 'internal')],
    ['it is asked to slow down', problem(429, 'too-many-tries')],
    ['the server takes exception to it', problem(422, 'invalid')],
    ['it is too large for somebody on the way', problem(413, 'too-large')],
  ])('%s', async (_, answer) => {
    const { flush, get, put } = await phone();
    await put('press', KEPT);
    const requests = server(answer, MADE);
    expect(await flush('noor')).toMatchObject({ kind: 'done', outcome: 'network-error' });
    expect(await get('press')).toEqual({ ...KEPT, held: 'network-error' });
    expect(await flush('noor')).toMatchObject({ outcome: 'sent' });
    expect(requests[1]).toEqual(requests[0]);
    expect(await get('press')).toBeUndefined();
  });

  test('the session has ended', async () => {
    const { flush, get, put } = await phone();
    await put('press', KEPT);
    server(problem(401, 'not-signed-in'));
    expect(await flush('noor')).toMatchObject({ outcome: 'signed-out' });
    expect(await get('press')).toEqual({ ...KEPT, held: 'signed-out' });
  });
});

test('a key that was used for something else is changed, and the press goes out', async () => {
  const { flush, get, put } = await phone();
  await put('press', KEPT);
  const requests = server(problem(422, 'key-reused'), MADE);
  expect(await flush('noor')).toMatchObject({ outcome: 'new-key' });
  expect(await get<Press>('press')).toEqual({ ...KEPT, key: expect.not.stringMatching('key-1') });
  expect(await flush('noor')).toMatchObject({ outcome: 'sent' });
  expect(requests[1]?.key).not.toBe('key-1');
  expect(requests[1]?.body).toEqual(requests[0]?.body);
});

test('an empty circle settles it: nobody can be told', async () => {
  const { flush, get, put } = await phone();
  await put('press', KEPT);
  server(problem(409, 'empty-circle'));
  expect(await flush('noor')).toMatchObject({ outcome: 'nobody' });
  expect(await get('press')).toBeUndefined();
});

describe('an all-clear', () => {
  const CLEAR: Press = { ...KEPT, key: 'key-2', close: { id: 'reach-out-1', outcome: 'ok_now' } };
  const SENT = { url: '/v1/reach-outs/reach-out-1/close', key: 'key-2', body: { outcome: 'ok_now' } };

  test('stays while there is no network, and goes out once, under its key', async () => {
    const { flush, get, put } = await phone();
    await put('press', CLEAR);
    const requests = server('no network', { status: 200, body: { id: 'reach-out-1' } });
    expect(await flush('noor')).toMatchObject({ outcome: 'network-error' });
    expect(await get('press')).toEqual({ ...CLEAR, held: 'network-error' });
    expect(await flush('noor')).toMatchObject({ outcome: 'sent' });
    expect(requests).toEqual([SENT, SENT]);
    expect(await get('press')).toBeUndefined();
  });

  test('of what is over already is let go', async () => {
    const { flush, get, put } = await phone();
    await put('press', CLEAR);
    server(problem(404, 'not-found'));
    expect(await flush('noor')).toMatchObject({ outcome: 'over' });
    expect(await get('press')).toBeUndefined();
  });
});

describe('taking it back', () => {
  test('before it is sent: it is not', async () => {
    const { amend, flush, get, put } = await phone();
    await put('press', KEPT);
    const requests = server(MADE);
    const [taken, flushed] = await Promise.all([amend(() => null), flush('noor')]);
    expect([taken, flushed]).toEqual([null, { kind: 'none' }]);
    expect(requests).toEqual([]);
    expect(await get('press')).toBeUndefined();
  });

  test('in the middle of sending: waits for the answer, and does not bring the press back', async () => {
    const { amend, flush, get, put } = await phone();
    await put('press', KEPT);
    const requests = server(MADE);
    const seen: Press[] = [];
    const [, amended] = await Promise.all([
      flush('noor'),
      amend((press) => {
        seen.push(press);
        return { ...press, sure: true };
      }),
    ]);
    expect([seen, amended]).toEqual([[], null]);
    expect(requests).toHaveLength(1);
    expect(await get('press')).toBeUndefined();
  });

  test('in the middle of an attempt that fails: nothing is left of it', async () => {
    const { amend, flush, get, put } = await phone();
    await put('press', KEPT);
    server('no network');
    await Promise.all([flush('noor'), amend(() => null)]);
    expect(await get('press')).toBeUndefined();
  });
});

test('a press that is changed stays the same press', async () => {
  const { amend, get, put } = await phone();
  await put('press', KEPT);
  expect(await amend((press) => ({ ...press, release_at: 0 }))).toEqual({ ...KEPT, release_at: 0 });
  expect(await get('press')).toEqual({ ...KEPT, release_at: 0 });
});
