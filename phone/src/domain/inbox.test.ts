// Under Earlier: one row for each subject, and nothing that stands above it.
import { expect, test } from 'vitest';
import type { Notice } from '../contract/types';
import { notShownAbove, seesMe } from './inbox';

const notice = (id: string, part: Partial<Notice>): Notice => ({
  id,
  kind: 'all_clear',
  from: null,
  reach_out_id: null,
  bookend_id: null,
  commitment_id: null,
  check_in_id: null,
  reach_in_id: null,
  practice_id: null,
  created_at: '2026-03-01T10:00:00Z',
  read_at: '2026-03-01T11:00:00Z',
  ...part,
});
const NOTHING = { subjects: [], people: [], own: undefined };
const shown = (notices: Notice[], above: Partial<Parameters<typeof notShownAbove>[1]> = {}) =>
  notShownAbove(notices, { ...NOTHING, ...above }).map(({ id, read_at }) => (read_at ? id : `new ${id}`));
const maya = { id: 'maya', display_name: 'Maya' };

test('what stands in a thread is not said again', () => {
  const kinds = ['check_in', 'reach_in', 'check_in_seen'] as const;
  expect(shown(kinds.map((kind) => notice(kind, { kind, from: maya })))).toEqual([]);
});

test('a subject stands once, with its newest word, and is new while one of its notices is', () => {
  const reach_out_id = 'one';
  const notices = [
    notice('cleared', { reach_out_id }),
    notice('asked', { kind: 'reach_out', reach_out_id, read_at: null }),
    notice('moment', { kind: 'moment' }),
    notice('other moment', { kind: 'moment' }),
  ];
  expect(shown(notices)).toEqual(['new cleared', 'moment', 'other moment']);
});

test('what is shown above is not said again', () => {
  const notices = [
    notice('asked', { kind: 'reach_out', reach_out_id: 'open' }),
    notice('due', { kind: 'commitment_due', commitment_id: 'call', read_at: null }),
    notice('back', { kind: 'bookend_due', bookend_id: 'dinner' }),
    notice('ended', { kind: 'commitment_ended', commitment_id: 'walk' }),
  ];
  expect(shown(notices, { subjects: ['open', 'call', 'dinner'] })).toEqual(['ended']);
});

test('a reach-out that is over stands here until it was read, then only in the thread', () => {
  const over = { reach_out_id: 'over', from: maya };
  expect(shown([notice('new', { ...over, read_at: null })], { people: ['maya'] })).toEqual(['new new']);
  expect(shown([notice('read', over)], { people: ['maya'] })).toEqual([]);
  expect(shown([notice('no thread', over)], { people: ['ben'] })).toEqual(['no thread']);
  expect(shown([notice('mine', over)], { people: ['maya'], own: 'over' })).toEqual(['mine']);
});

test('"I see you" is new until it was read, and from nobody else', () => {
  const seen = (read_at: string | null) => [notice('seen', { kind: 'check_in_seen', from: maya, read_at })];
  expect(seesMe(seen(null), 'maya')).toBe(true);
  expect(seesMe(seen('2026-03-01T11:00:00Z'), 'maya')).toBe(false);
  expect(seesMe(seen(null), 'ana')).toBe(false);
});
