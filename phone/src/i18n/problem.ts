// What went wrong, in words of our own where we have them.
import { NETWORK_ERROR, problemType } from '../domain/problems';
import { known, say } from './index';

/** '' when nothing did. */
export function wrong(error: unknown): string {
  if (!error) return '';
  const kind = problemType(error);
  if (kind === NETWORK_ERROR) return say('all.no-way');
  const slug = kind.replace('/problems/', '');
  const key = `problem.${slug}`;
  return say(known(key) ? key : 'all.wrong');
}
