// Hours: what a person chooses, what the server keeps, and back.
import { describe, expect, test } from 'vitest';
import { DAYS, spans, windows } from './hours';

describe('what is kept of', () => {
  test('a day', () => {
    expect(windows([2], '07:00', '22:00')).toEqual([{ day: 2, from: '07:00', to: '22:00' }]);
  });

  test.each(['00:00', '23:59', '24:00'])('an evening until %s: to the end of its last minute', (to) => {
    expect(windows([6], '22:00', to)).toEqual([{ day: 6, from: '22:00', to: '24:00' }]);
  });

  test.each(['00:00', '23:59'])('a whole day until %s', (to) => {
    expect(windows([0], '00:00', to)).toEqual([{ day: 0, from: '00:00', to: '24:00' }]);
  });

  test('a night, which goes on the next day', () => {
    expect(windows([6], '21:00', '02:00')).toEqual([
      { day: 6, from: '21:00', to: '24:00' },
      { day: 0, from: '00:00', to: '02:00' },
    ]);
  });

  test('a span that is none', () => {
    expect(windows(DAYS, '21:00', '21:00')).toEqual([]);
  });
});

describe('what is said of it', () => {
  test.each([
    [DAYS, '07:00', '22:00'],
    [[0, 1, 2], '21:00', '02:00'],
    [DAYS, '21:00', '20:59'],
    [[5, 6], '22:00', '24:00'],
    [DAYS, '00:00', '24:00'],
    [[3], '00:00', '06:30'],
  ])('%j from %s to %s is one span again', (days, from, to) => {
    expect(spans(windows(days, from, to))).toEqual([{ days, from, to }]);
  });

  test('different days stay apart', () => {
    expect(
      spans([
        ...windows([0, 1], '07:00', '22:00'),
        ...windows([5], '10:00', '24:00'),
        ...windows([6], '00:00', '12:00'),
      ]),
    ).toEqual([
      { days: [0, 1], from: '07:00', to: '22:00' },
      { days: [5], from: '10:00', to: '24:00' },
      { days: [6], from: '00:00', to: '12:00' },
    ]);
  });

  test('two spans on one day', () => {
    expect(
      spans([
        { day: 1, from: '07:00', to: '09:00' },
        { day: 1, from: '18:00', to: '22:00' },
      ]),
    ).toHaveLength(2);
  });
});
