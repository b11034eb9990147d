// Minutes that have passed are reckoned by the server's clock.
import { afterEach, expect, test, vi } from 'vitest';
import { serverNow, syncClock } from './clock';

const NOW = Date.parse('2026-03-01T12:00:00Z');
afterEach(() => vi.useRealTimers());

test.each([
  ['a phone 26 hours ahead', 'Sat, 28 Feb 2026 10:00:00 GMT', Date.parse('2026-02-28T10:00:00Z')],
  ['a phone 26 hours behind', 'Mon, 02 Mar 2026 14:00:00 GMT', Date.parse('2026-03-02T14:00:00Z')],
  ['a slow network', 'Sun, 01 Mar 2026 11:59:57 GMT', NOW],
])('%s', (_, date, wanted) => {
  vi.useFakeTimers({ now: NOW });
  syncClock(date);
  expect(serverNow()).toBe(wanted);
  vi.advanceTimersByTime(60_000);
  expect(serverNow()).toBe(wanted + 60_000);
});

test('a reply without a date, or with none that can be read, changes nothing', () => {
  vi.useFakeTimers({ now: NOW });
  syncClock('Sun, 01 Mar 2026 12:00:00 GMT');
  syncClock(null);
  syncClock('yesterday');
  expect(serverNow()).toBe(NOW);
});
