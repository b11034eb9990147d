// German. The same keys as English, in the same order.
import type { Catalogue } from '../languages';
import { access } from './access';
import { account } from './account';
import { begin } from './begin';
import { calm } from './calm';
import { checkIns } from './check-ins';
import { circle } from './circle';
import { commitments } from './commitments';
import { connection } from './connection';
import { days } from './days';
import { firstWeek } from './first-week';
import { joining } from './joining';
import { lock } from './lock';
import { plan } from './plan';
import { practice } from './practice';
import { reaching } from './reaching';
import { rhythm } from './rhythm';

export const de: Catalogue = { ...begin, ...joining, ...firstWeek, ...reaching, ...circle, ...account, ...access, ...days, ...checkIns, ...commitments, ...plan, ...practice, ...connection, ...rhythm, ...calm, ...lock };
