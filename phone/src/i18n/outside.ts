// The texts outside the app (outside.ts of each language): the same keys in every language.
import type { outside } from './en/outside';

export type OutsideKey = keyof typeof outside;
export type Outside = Record<OutsideKey, string>;
