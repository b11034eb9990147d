import { describe, expect, test } from 'vitest';
import type { ReachOut } from '../contract/types';
import { endedQuietly, minutesUntil, nextHalfHours, nextTime, whoIsFree } from './calm';

const at = (time: string) => Date.parse(`2026-03-10T${time}:00`);

test('who is free is asked, who is not confirmed and who has no app is in neither list', () => {
  const ana = { state: 'active', calm_now: true, guest: false } as const;
  const ben = { state: 'active', calm_now: false, guest: false } as const;
  const cleo = { state: 'accepted', calm_now: false, guest: false } as const;
  const dee = { state: 'active', calm_now: false, guest: true } as const;
  expect(whoIsFree([ana, ben, cleo, dee])).toEqual({ free: [ana], others: [ben] });
});

test('the next half hours, none of them in a moment', () => {
  expect(nextHalfHours(at('19:54'))).toEqual([at('20:00'), at('20:30'), at('21:00')]);
  expect(nextHalfHours(at('19:56'))).toEqual([at('20:30'), at('21:00'), at('21:30')]);
});

test('a time by the clock is today, or tomorrow within twelve hours', () => {
  expect(nextTime('20:30', at('19:54'))).toBe(at('20:30'));
  expect(nextTime('06:00', at('19:54'))).toBe(Date.parse('2026-03-11T06:00:00'));
  expect(nextTime('07:55', at('19:54'))).toBeNull();
  expect(nextTime('19:30', at('19:54'))).toBeNull();
  expect(nextTime('', at('19:54'))).toBeNull();
});

test('minutes are whole, one at least, and lead to the minute that was said', () => {
  const now = at('16:48') + 40_000;
  const promised = new Date(now + minutesUntil(at('17:30'), now) * 60_000);
  expect([promised.getHours(), promised.getMinutes()]).toEqual([17, 30]);
  expect([minutesUntil(at('20:30'), at('19:54')), minutesUntil(at('19:54'), at('19:54'))]).toEqual([36, 1]);
});

describe('that nobody was free is said', () => {
  const no = { state: 'declined', answer: 'cannot' };
  const yes = { state: 'answered', answer: 'soon', minutes: 30, answered_at: '2026-03-10T18:00:00Z' };
  const ended = (of: object) => ({
    calm: true,
    outcome: 'quiet',
    closed_at: '2026-03-10T19:54:00',
    recipients: [no],
    ...of,
  });
  test.each([
    ['when it ended by itself', {}, '19:54', true],
    ['until the night', {}, '23:00', true],
    ['not of a press', { calm: false }, '19:54', false],
    ['not when I closed it', { outcome: 'ok_now' }, '19:54', false],
    ['not when somebody had said yes', { recipients: [no, yes] }, '19:54', false],
    ['not while it is open', { outcome: null, closed_at: null }, '19:54', false],
  ])('%s', (_, of, now, said) => {
    expect(endedQuietly(ended(of) as unknown as ReachOut, at(now))).toBe(said);
  });
  test('not twelve hours later', () => {
    expect(endedQuietly(ended({}) as unknown as ReachOut, Date.parse('2026-03-11T07:54:00'))).toBe(false);
  });
});
