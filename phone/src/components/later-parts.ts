// Parts of the screens of a press that are loaded after them: the folded plan, and the field for a word.
import { lazyScreen } from './lazy-screen';

export const PlanFold = lazyScreen<{ open?: boolean }>(async () => (await import('./plan-fold')).PlanFold, true);
export const Write = lazyScreen<Parameters<typeof import('./write').Write>[0]>(
  async () => (await import('./write')).Write,
  true,
);
