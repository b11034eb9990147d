import { expect, test } from 'vitest';
import { isOutside, tabOf } from './addresses';

test('an address stands under its tab; what every object has by birth is no address', () => {
  expect(['people', 'settings', 'invitation', '', 'nowhere', 'constructor', 'toString'].map(tabOf)).toEqual([
    'circle',
    'settings',
    '',
    ...Array(4).fill(undefined),
  ]);
  expect(['sign-in', 'settings', 'constructor'].map(isOutside)).toEqual([true, false, false]);
});
