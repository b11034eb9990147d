// What stands typed: stored as it is typed, and never given way to an older text.
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Me } from '../contract/types';
import { phone } from '../outbox/phone.testing';

beforeEach(() => vi.stubGlobal('isSecureContext', true));
afterEach(() => {
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

async function signedIn() {
  await phone();
  const { change } = await import('./store');
  change({ me: { id: 'noor' } as Me, session: 'in' });
  return import('./threads');
}

/** The browser seals nothing the next time it is asked. */
const sealingFails = () =>
  vi.spyOn(crypto.subtle, 'encrypt').mockRejectedValueOnce(new DOMException('busy', 'OperationError'));

test('what a browser did not seal in time is sealed the next time, and not lost to what it sealed before', async () => {
  const { draftTo, keepDraft, keepShown } = await signedIn();
  await keepDraft('ben', 'Three');
  sealingFails();
  await keepDraft('ben', 'Four');
  await keepShown('ben', []);
  expect(draftTo('ben')).toBe('Four');
});

test('what is typed while something else is sealed is kept too', async () => {
  const { draftTo, keepDraft, keepShown } = await signedIn();
  await keepDraft('ben', '');
  sealingFails();
  const showing = keepShown('ben', []);
  await Promise.all([showing, keepDraft('ben', 'Four'), keepShown('ada', [])]);
  expect(draftTo('ben')).toBe('Four');
});
