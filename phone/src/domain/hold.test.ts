import { expect, test } from 'vitest';
import type { Hold, HoldEffect, HoldEvent } from './hold';
import { nextHold } from './hold';

type Step = [event: HoldEvent, at: number, by?: Hold['by']];
const down = (at: number, by: Hold['by'] = 1): Step => ['down', at, by];
const up = (at: number, by: Hold['by'] = 1): Step => ['up', at, by];
const due = (at: number): Step => ['due', at];
const away: Step = ['away', 0];

/** What followed, in order. */
function effects(steps: Step[]): HoldEffect[] {
  let hold: Hold | null = null;
  return steps.flatMap(([event, at, by]) => {
    const [next, effect] = nextHold(hold, event, at, by);
    hold = next;
    return effect ?? [];
  });
}

test.each<[string, Step[], HoldEffect[]]>([
  ['two seconds', [down(0), due(2_000)], ['press']],
  ['two seconds, and letting go after it', [down(0), due(2_000), up(2_100)], ['press']],
  ['two seconds, with a timer that comes late', [down(0), up(2_000), due(2_400)], ['press']],
  ['two seconds that began late in the day', [down(9_000), due(11_000)], ['press']],
  ['a tap', [down(0), up(90)], ['too-short']],
  ['almost two seconds', [down(0), due(1_999), up(1_999)], ['too-short']],
  ['two taps', [down(0), up(90), down(1_900), up(2_100)], ['too-short', 'too-short']],
  ['a key that repeats itself', [down(0, ' '), down(500, ' '), down(1_900, ' '), due(2_000)], ['press']],
  ['a key that goes on repeating itself', [down(0, ' '), due(2_000), up(2_500, ' ')], ['press']],
  ['a finger that slips off', [down(0), away, due(2_000), up(2_100)], []],
  ['a finger that slips off and comes back', [down(0), away, down(1_000), due(2_000), due(3_000)], ['press']],
  ['a call that comes in', [down(0), away, up(2_500)], []],
  ['a second finger', [down(0, 1), down(1_500, 2), due(2_000), due(3_500)], ['press']],
  ['a second finger, while the first is let go', [down(0, 1), down(1_500, 2), up(1_600, 1), due(3_500)], ['press']],
  ['two fingers that take turns', [down(0, 1), down(900, 2), down(1_800, 1), up(2_300, 1)], ['too-short']],
  ['letting go of what nobody holds', [up(5_000), due(5_000)], []],
])('%s', (_, steps, followed) => {
  expect(effects(steps)).toEqual(followed);
});
