// What went wrong, in words of our own where we have them.
import { kindOf, NO_WAY } from '../api/client';
import { known, say } from './index';

/** '' when nothing did. */
export function wrong(error: unknown): string {
  if (!error) return '';
  const kind = kindOf(error);
  if (kind === NO_WAY) return say('all.no-way');
  const slug = kind.replace('/problems/', '');
  const key = `problem.${slug}`;
  return say(known(key) ? key : 'all.wrong');
}
