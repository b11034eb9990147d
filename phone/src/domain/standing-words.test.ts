import { expect, test } from 'vitest';
import type { Member } from '../contract/types';
import { withoutLead, wordsOfDay } from './standing-words';

const DAY_MS = 24 * 60 * 60_000;
const member = (id: string, more: Partial<Member> = {}) =>
  ({ id, state: 'active', available_now: true, standing_words: `words of ${id}`, ...more }) as Member;

test('another one each day, and the same all day long', () => {
  const circle = [member('ana'), member('ben')];
  const shown = [0, 1, 2].map((day) => wordsOfDay(circle, day * DAY_MS + 5)?.id);
  expect(shown).toEqual(['ana', 'ben', 'ana']);
  expect(wordsOfDay(circle, DAY_MS - 1)?.id).toBe('ana');
});

test('somebody who can be reached now, else anybody', () => {
  const asleep = member('ana', { available_now: false });
  expect(wordsOfDay([asleep, member('ben')], 0)?.id).toBe('ben');
  expect(wordsOfDay([asleep], 0)?.id).toBe('ana');
});

test('nobody without words, and nobody who is not confirmed', () => {
  expect(wordsOfDay([], 0)).toBeUndefined();
  expect(
    wordsOfDay([member('ana', { standing_words: null }), member('ben', { state: 'accepted' })], 0),
  ).toBeUndefined();
});

test('what stands before the field is not said twice', () => {
  const lead = 'When you press, I';
  expect(withoutLead('I will pick up.', lead)).toBe('will pick up.');
  expect(withoutLead("I'll pick up.", lead)).toBe("'ll pick up.");
  expect(withoutLead('when you press, I come over', lead)).toBe('come over');
  expect(withoutLead('Wenn du drückst, komme ich', 'Wenn du drückst,')).toBe('komme ich');
});

test('words that only begin alike stay', () => {
  expect(withoutLead('insist on coming', 'When you press, I')).toBe('insist on coming');
});
