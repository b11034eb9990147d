// A press on the phone: when it may still be undone, when it asks, when it goes, and what an answer means for it.
import { describe, expect, test } from 'vitest';
import type { Press } from './press';
import { createPress, isRinging, nextStep, outcomeOf, requestBody, requestPath, STALE_MS, UNDO_MS } from './press';

const TAP = Date.parse('2026-03-01T01:30:00.250Z');
const press = (part: Partial<Press> = {}): Press => ({ ...createPress('noor', TAP, 'key-1'), ...part });

describe('the ring', () => {
  test('lasts three seconds from the tap', () => {
    expect(press()).toEqual({ key: 'key-1', person_id: 'noor', pressed_at: TAP, release_at: TAP + 3_000 });
    expect(nextStep(press(), TAP)).toEqual({ kind: 'ring', left: 3_000 });
    expect(nextStep(press(), TAP + 2_999)).toEqual({ kind: 'ring', left: 1 });
    expect(nextStep(press(), TAP + 3_000)).toEqual({ kind: 'send' });
  });

  test('is over when the page was hidden before its end', () => {
    expect(nextStep(press({ release_at: TAP + 500 }), TAP + 500)).toEqual({ kind: 'send' });
  });

  test('does not last longer because the clock was set back', () => {
    expect(nextStep(press(), TAP - 60 * 60_000)).toEqual({ kind: 'send' });
    expect(
      nextStep(press({ release_at: TAP + 60_000 }), TAP).kind === 'ring' &&
        nextStep(press({ release_at: TAP + 60_000 }), TAP),
    ).toEqual({ kind: 'ring', left: UNDO_MS });
  });
});

describe('a press that has waited', () => {
  test('goes out by itself for two hours', () => {
    expect(nextStep(press({ held: 'network-error' }), TAP + STALE_MS)).toEqual({ kind: 'send' });
  });

  test('asks first after that', () => {
    expect(nextStep(press({ held: 'network-error' }), TAP + STALE_MS + 1)).toEqual({ kind: 'ask' });
  });

  test('asks when the clock has jumped ahead: it may be old', () => {
    expect(nextStep(press(), TAP + 24 * 60 * 60_000)).toEqual({ kind: 'ask' });
  });

  test('goes out once the person is sure', () => {
    expect(nextStep(press({ sure: true, release_at: 0 }), TAP + 5 * STALE_MS)).toEqual({ kind: 'send' });
  });
});

describe('what an answer means', () => {
  test.each([
    [201, '', 'sent'],
    [200, '', 'sent'],
    [409, '/problems/empty-circle', 'nobody'],
    [401, '/problems/not-signed-in', 'signed-out'],
    // A proxy in between that wants a password: signing in again is the best that can be tried.
    [401, '', 'signed-out'],
    [422, '/problems/key-reused', 'new-key'],
    [422, '/problems/invalid', 'network-error'],
    [409, '/problems/something-new', 'network-error'],
    [413, '/problems/too-large', 'network-error'],
    [429, '/problems/busy', 'network-error'],
    [500, '/problems/internal', 'network-error'],
    [503, '/problems/unavailable', 'network-error'],
    [204, '', 'network-error'],
    [302, '', 'network-error'],
  ])('%i %s: %s', (status, type, meaning) => {
    expect(outcomeOf(status, type)).toBe(meaning);
  });
});

describe('an all-clear', () => {
  const clear = createPress('noor', TAP, 'key-2', { id: 'reach-out-1', outcome: 'ok_now' });

  test('rings, is kept and asks when it is old, as a press does', () => {
    expect(nextStep(clear, TAP)).toEqual({ kind: 'ring', left: UNDO_MS });
    expect(nextStep(clear, TAP + UNDO_MS)).toEqual({ kind: 'send' });
    expect(nextStep({ ...clear, held: 'network-error' }, TAP + STALE_MS + 1)).toEqual({ kind: 'ask' });
  });

  test('goes to its reach-out, and says how it ended', () => {
    expect([requestPath(clear), requestBody(clear)]).toEqual([
      '/v1/reach-outs/reach-out-1/close',
      { outcome: 'ok_now' },
    ]);
    expect(requestPath(press())).toBe('/v1/reach-outs');
  });

  test.each([
    [200, '', 'sent'],
    [409, '/problems/closed', 'over'],
    [404, '/problems/not-found', 'over'],
    // Somebody else's page.
    [404, '', 'network-error'],
    [401, '/problems/not-signed-in', 'signed-out'],
    [422, '/problems/key-reused', 'new-key'],
    [503, '/problems/unavailable', 'network-error'],
  ])('%i %s: %s', (status, type, meaning) => {
    expect(outcomeOf(status, type, true)).toBe(meaning);
  });

  test('what is over for an all-clear lets no press go', () => {
    expect(outcomeOf(404, '/problems/not-found')).toBe('network-error');
    expect(outcomeOf(409, '/problems/closed')).toBe('network-error');
  });
});

test('it can be undone while it rings, and not once it waits for a network', () => {
  expect(isRinging(press(), TAP)).toBe(true);
  expect(isRinging(press(), TAP + UNDO_MS)).toBe(false);
  expect(isRinging(press({ held: 'network-error' }), TAP)).toBe(false);
  expect(isRinging(null, TAP)).toBe(false);
});

test('what goes out is the time of the tap, and the same every time', () => {
  expect(requestBody(press())).toEqual({ pressed_at: '2026-03-01T01:30:00.250Z' });
  expect(requestBody(press({ held: 'network-error', sure: true, release_at: 0 }))).toEqual(requestBody(press()));
});
