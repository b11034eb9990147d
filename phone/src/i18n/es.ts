// Spanish. The same keys as English, in the same order.
import { account } from './es/account';
import { begin } from './es/begin';
import { circle } from './es/circle';
import { days } from './es/days';
import { reaching } from './es/reaching';
import type { Catalogue } from './index';

export const es: Catalogue = { ...begin, ...reaching, ...circle, ...account, ...days };
