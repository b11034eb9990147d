import { expect, test } from 'vitest';
import { toggled } from './toggled';

test('an item is taken and given back', () => {
  expect(toggled(['a'], 'b')).toEqual(['a', 'b']);
  expect(toggled(['a', 'b'], 'a')).toEqual(['b']);
});
