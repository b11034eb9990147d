// The folded plan on the screens of a press, loaded after them.
import { lazyScreen } from './lazy-screen';

export const PlanFold = lazyScreen<{ open?: boolean }>(async () => (await import('./plan-fold')).PlanFold, true);
