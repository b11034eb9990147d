import { describe, expect, it } from 'vitest';
import { bulbs, daysSince, distant, feltOverTime, often, rounded } from './connection';

const NOW = Date.parse('2026-03-31T12:00:00Z');
const DAY = 86_400_000;
const someone = (name: string, days: number | null, weeks: number[]) => ({
  person: { id: name, display_name: name },
  last_connected_at: days === null ? null : new Date(NOW - days * DAY).toISOString(),
  weeks,
});

describe('a cord', () => {
  it('has one light for each week in touch, the present one last', () => {
    expect(bulbs([1, 0, 3, 0, 0, 0, 0, 2, 9])).toEqual([
      { x: 24, y: 12.2, cy: 25.2, r: 5 },
      { x: 264, y: 18.6, cy: 33.6, r: 7 },
      { x: 360, y: 12.2, cy: 25.2, r: 5 },
    ]);
    expect(bulbs([])).toEqual([]);
  });

  it('is said without a number', () => {
    expect(often([1, 2, 1, 1, 1, 1, 5, 1])).toBe('every');
    expect(often([1, 2, 1, 1, 0, 0, 5, 0])).toBe('most');
    expect(often([1, 0, 1, 0, 1, 0, 1, 0])).toBe('some');
    expect(often([1, 1, 0, 0, 0, 0, 0, 0, 1, 1])).toBeNull();
  });
});

describe('somebody grown distant', () => {
  const near = someone('near', 20, [0, 0, 9]);
  const far = someone('far', 21, [0, 0, 0, 1, 1]);
  const dear = someone('dear', 40, [0, 0, 0, 0, 0, 0, 3, 4]);

  it('is the one with whom there was most before', () => {
    expect(distant([near, far, dear], NOW, 0)).toBe(dear);
    expect(distant([near, far], NOW, 0)).toBe(far);
    expect(distant([near], NOW, 0)).toBeUndefined();
  });

  it('is nobody with whom there was nothing within these weeks, or ever', () => {
    expect(distant([someone('never', null, [0, 0]), someone('long ago', 300, [0, 0])], NOW, 0)).toBeUndefined();
  });

  it('is not brought up for two weeks after a word', () => {
    expect(distant([dear], NOW, NOW - 14 * DAY + 1)).toBeUndefined();
    expect(distant([dear], NOW, NOW - 14 * DAY)).toBe(dear);
  });

  it('counts whole days', () => {
    expect(daysSince('2026-03-30T12:00:01Z', NOW)).toBe(0);
    expect(daysSince('2026-03-30T12:00:00Z', NOW)).toBe(1);
  });
});

it('a time to an answer is rounded up to what one would say', () => {
  expect([0, 12, 60, 61, 600, 601, 3600, 3601].map(rounded)).toEqual([60, 60, 60, 120, 600, 900, 3600, 5400]);
});

describe('what was felt', () => {
  const week = (seen: number | null) => ({ starts_on: '2026-03-02', seen, safe: null, soothed: null });

  it('is the middle of the earlier and of the later half', () => {
    expect(feltOverTime([week(3), week(3), week(null), week(2), week(0)], 'seen')).toEqual([2, 3]);
    expect(feltOverTime([week(3), week(1)], 'seen')).toEqual([1, 3]);
  });

  it('is one grade, or none, where little was said', () => {
    expect(feltOverTime([week(1.5)], 'seen')).toEqual([2]);
    expect(feltOverTime([week(1)], 'safe')).toEqual([]);
  });
});
