// Whose reach-out waits for me, and which of my answers holds.
import { describe, expect, test } from 'vitest';
import type { ReachOut, Recipient } from '../contract/types';
import { answerOf, asksMeCalmly, needsMe } from './needs';

const me = (of: Partial<Recipient>): Recipient =>
  ({ person: { id: 'me' }, state: 'handed', answer: null, ...of }) as Recipient;
const open = (of: Partial<ReachOut>): ReachOut =>
  ({ calm: false, state: 'waiting', recipients: [me({})], ...of }) as ReachOut;

test('what was said before it became a press is no answer to the press', () => {
  expect(answerOf(me({ state: 'delivered', answer: 'soon' }))).toBeNull();
  expect(answerOf(me({ state: 'answered', answer: 'soon' }))).toBe('soon');
  expect(answerOf(me({ state: 'declined', answer: 'cannot' }))).toBe('cannot');
  expect(answerOf(undefined)).toBeNull();
});

describe('a press needs me, a calm ask only asks', () => {
  test.each([
    ['a press', {}, true, false],
    ['a calm ask', { calm: true }, false, true],
    ['a calm ask to which somebody said yes', { calm: true, state: 'answered' as const }, false, false],
    [
      'a calm ask to which I said no',
      { calm: true, recipients: [me({ state: 'declined', answer: 'cannot' })] },
      false,
      false,
    ],
    ['a press to which I said no calmly', { recipients: [me({ state: 'seen', answer: 'cannot' })] }, true, false],
    ['a press to which I said no', { recipients: [me({ state: 'declined', answer: 'cannot' })] }, false, false],
  ])('%s', (_, of, needs, asks) => {
    expect([needsMe(open(of), 'me'), asksMeCalmly(open(of), 'me')]).toEqual([needs, asks]);
  });
});
