// What is sent now, as whoever waits for the reply hears of it: also when something else sends what waits on the phone.
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Me } from '../contract/types';
import { phone, problem, server } from '../outbox/phone.testing';

beforeEach(() => vi.stubGlobal('isSecureContext', true));
afterEach(() => vi.unstubAllGlobals());

async function signedIn() {
  await phone();
  const { change } = await import('./store');
  change({ me: { id: 'maya' } as Me, session: 'in' });
  return import('./letters');
}

const words = (text: string) => ['/v1/reach-ins', { text }] as const;

test('whoever writes hears of the reply, whoever else sends it in the same moment', async () => {
  const { sendOrKeep, sendKept } = await signedIn();
  server({ status: 201, body: { id: '1' } });
  const outcome = sendOrKeep(...words('hello'));
  // A refresh ended: everything that waits is sent.
  await sendKept();
  expect(await outcome).toMatchObject({ data: { id: '1' } });
});

test('what is refused then is said to whoever wrote it, and to nobody else', async () => {
  const { onSentLater, sendOrKeep, sendKept } = await signedIn();
  const later = vi.fn(() => Promise.resolve());
  onSentLater.call = later;
  server(problem(422, 'member-unknown'), { status: 201, body: {} });
  const outcome = sendOrKeep(...words('hello'), { otherwise: {} });
  await sendKept();
  expect((await outcome).error).toMatchObject({ type: '/problems/member-unknown' });
  expect(later.mock.calls.flat(2)).toEqual([]);
});

test('without a network it waits, and what leaves later is somebody else’s to hear of', async () => {
  const { onSentLater, sendOrKeep, sendKept } = await signedIn();
  const later = vi.fn(() => Promise.resolve());
  onSentLater.call = later;
  server('no network');
  expect(await sendOrKeep(...words('hello'))).toEqual({ waits: true });
  server(problem(422, 'invalid'));
  await sendKept();
  expect(later.mock.calls.flat(2)).toMatchObject([{ error: { type: '/problems/invalid' } }]);
});
