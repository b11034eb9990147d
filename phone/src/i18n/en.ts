// English. `{name}` is filled in; `one|more` are chosen by `n`. Reading age 12, present tense, no exclamation marks.
import { account } from './en/account';
import { begin } from './en/begin';
import { circle } from './en/circle';
import { days } from './en/days';
import { reaching } from './en/reaching';

export const en = { ...begin, ...reaching, ...circle, ...account, ...days } as const satisfies Record<string, string>;
