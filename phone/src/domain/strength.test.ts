import { expect, test } from 'vitest';
import { strength } from './strength';

test.each([
  ['', 0],
  ['kurz', 1],
  ['password', 2],
  ['        ', 2],
  ['1234567890', 2],
  ['Passwort123', 2],
  ['Sommer2024', 2],
  ['long enough', 2],
  ['another lantern', 3],
  ['a lantern by the window', 4],
])('%s is %i', (typed, grade) => expect(strength(typed)).toBe(grade));

test('own names count for nothing', () => {
  expect(strength('Ana Maria Lopez 1990')).toBeGreaterThan(2);
  expect(strength('Ana Maria Lopez 1990', ['Ana Maria', 'ana.lopez'])).toBe(2);
  expect(strength('a lantern by the window', ['Ana', null, undefined])).toBe(4);
});
