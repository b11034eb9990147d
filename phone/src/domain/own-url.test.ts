// A push leads nowhere but into the app.
import { expect, test } from 'vitest';
import { ownUrl } from './own-url';

const HERE = 'https://porch.example';

test.each([
  ['/#/reach-out/1', '/#/reach-out/1'],
  [`${HERE}/#/inbox`, '/#/inbox'],
  [undefined, '/'],
  ['https://evil.example/#/inbox', '/'],
  ['//evil.example/', '/'],
  ['https://porch.example.evil.example/', '/'],
  ['https://porch.example:444/', '/'],
  ['http://porch.example/', '/'],
  ['javascript:alert(1)', '/'],
  ['data:text/html,x', '/'],
  ['https://[', '/'],
  [{ toString: (): string => 'https://evil.example' }, '/'],
])('%s leads to %s', (named, leads) => {
  expect(ownUrl(named, HERE)).toBe(leads);
});
