// What is new in a thread, its days, and how many words stand there without a sign.
import { expect, test } from 'vitest';
import type { ThreadItem } from '../contract/types';
import { firstNew, inDays, talkedToday, unanswered } from './threads';

const NOW = Date.parse('2026-03-11T20:00:00');
const item = (at: string, mine = false, kind: ThreadItem['kind'] = 'reach_in'): ThreadItem => ({
  id: `${kind} ${mine} ${at}`,
  kind,
  from: { id: mine ? 'me' : 'ben', display_name: '' },
  text: null,
  check_in: null,
  commitment: null,
  done: null,
  created_at: `2026-03-${at}:00`,
  mine,
});

test('new is what came from them since this phone showed the thread last', () => {
  const [one, mine, two, three] = [item('10T08:00'), item('10T09:00', true), item('11T08:00'), item('11T09:00')];
  expect(firstNew([three, two, mine, one], [mine, one])).toBe(two.id);
  expect(firstNew([three, two, mine, one], [three, two, mine, one])).toBeUndefined();
  expect(firstNew([two], undefined)).toBeUndefined();
  expect(firstNew([two, one], [])).toBe(one.id);
  expect(firstNew([two, one], [two])).toBeUndefined();
});

test('days, the oldest first', () => {
  const [one, two, three] = [item('10T08:00'), item('10T23:59'), item('11T00:00')];
  expect(inDays([three, two, one])).toEqual([
    [one.created_at, [one, two]],
    [three.created_at, [three]],
  ]);
});

test('we talked today, by my own mark', () => {
  expect(talkedToday([item('11T01:00', true, 'talked')], NOW)).toBe(true);
  expect(talkedToday([item('11T01:00', false, 'talked'), item('10T23:00', true, 'talked')], NOW)).toBe(false);
});

test('today is the day of my own time zone, as the server counts it', () => {
  const mark = [{ ...item('11T01:00', true, 'talked'), created_at: '2026-03-11T10:30:00Z' }];
  const later = Date.parse('2026-03-11T11:30:00Z');
  expect(talkedToday(mark, later, 'Europe/London')).toBe(true);
  expect(talkedToday(mark, later, 'Pacific/Auckland')).toBe(false);
});

test('words in a row end with a sign, or with a day', () => {
  const mine = (at: string) => item(at, true);
  expect(unanswered([mine('11T10:00'), mine('11T09:00'), item('11T08:00'), mine('11T07:00')], NOW)).toBe(2);
  expect(unanswered([mine('11T10:00'), mine('10T19:00')], NOW)).toBe(1);
  expect(unanswered([mine('11T10:00'), item('11T09:00', false, 'reach_out'), mine('11T08:00')], NOW)).toBe(2);
  expect(unanswered([mine('11T10:00'), item('11T09:00', true, 'talked')], NOW)).toBe(1);
  const seen = { ...item('11T09:00', true, 'check_in'), done: true };
  expect(unanswered([mine('11T10:00'), seen, mine('11T08:00')], NOW)).toBe(0);
  expect(unanswered([], NOW)).toBe(0);
});
