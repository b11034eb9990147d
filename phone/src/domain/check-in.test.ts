import { expect, test } from 'vitest';
import type { Content } from './check-in';
import { isSharedInPart, waitingCheckIn } from './check-in';

const SAID: Content = { feeling: 1, halt: ['tired'], note: 'Work was long.' };

test('a part is not the whole, and the whole is no part', () => {
  expect(isSharedInPart(SAID, [{ membership_id: 'ben', parts: ['feeling'] }])).toBe(true);
  expect(isSharedInPart(SAID, [{ membership_id: 'ben', parts: ['feeling', 'halt', 'note'] }])).toBe(false);
  expect(isSharedInPart(SAID, [])).toBe(false);
});

test('what was written yesterday in my zone is not of today, wherever the phone is', () => {
  const letter = { path: '/v1/check-ins', at: Date.parse('2026-11-29T10:30:00Z'), body: SAID };
  const now = Date.parse('2026-11-29T11:30:00Z');
  expect(waitingCheckIn([letter], now, 'Europe/London')?.body).toEqual(SAID);
  expect(waitingCheckIn([letter], now, 'Pacific/Auckland')).toBeUndefined();
});
