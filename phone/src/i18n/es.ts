// Spanish. The same keys as English, in the same order.

import type { Catalogue } from './catalogue';
import { account } from './es/account';
import { begin } from './es/begin';
import { circle } from './es/circle';
import { days } from './es/days';
import { reaching } from './es/reaching';

export const es: Catalogue = { ...begin, ...reaching, ...circle, ...account, ...days };
