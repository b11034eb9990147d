import { expect, test } from 'vitest';
import type { CheckIn, ReachOut } from '../contract/types';
import { opened } from './opened';

const person = (id: string) => ({ id, display_name: id });
const reachOut = (id: string, created_at: string, states: Record<string, string>) =>
  ({
    id,
    created_at,
    recipients: Object.entries(states).map(([name, state]) => ({ person: person(name), state })),
  }) as unknown as ReachOut;
const checkIn = (id: string, created_at: string, seen: Record<string, string | null> | null) =>
  ({
    id,
    created_at,
    shares: seen && Object.entries(seen).map(([name, seen_at]) => ({ person: person(name), seen_at })),
  }) as unknown as CheckIn;

test('what somebody has seen is listed, the latest first', () => {
  const listed = opened(
    [
      reachOut('r1', '2026-03-10T21:00:00Z', { ana: 'seen', ben: 'answered', cleo: 'declined', dan: 'delivered' }),
      reachOut('r2', '2026-03-12T21:00:00Z', { ana: 'queued', ben: 'inbox_only', cleo: 'unreachable', dan: 'handed' }),
    ],
    [
      checkIn('c1', '2026-03-11T21:00:00Z', { ana: '2026-03-11T22:00:00Z', ben: null }),
      checkIn('c2', '2026-03-13T21:00:00Z', { ana: null }),
      checkIn('c3', '2026-03-14T21:00:00Z', null),
    ],
  );
  expect(listed.map(({ id, kind, by }) => [id, kind, by.map((one) => one.id)])).toEqual([
    ['c1', 'check-in', ['ana']],
    ['r1', 'reach-out', ['ana', 'ben', 'cleo']],
  ]);
});

test('nothing was opened where nothing was sent', () => {
  expect(opened([], [])).toEqual([]);
});
