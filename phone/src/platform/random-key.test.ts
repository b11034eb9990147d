import { expect, test } from 'vitest';
import { newKey } from './random-key';

test('keys are long and never twice the same', () => {
  const keys = Array.from({ length: 200 }, newKey);
  expect(new Set(keys).size).toBe(200);
  expect(Math.min(...keys.map((key) => key.length))).toBeGreaterThan(12);
});
