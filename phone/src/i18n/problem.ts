// What went wrong, in words of our own where we have them.
import { NETWORK_ERROR, problemType } from '../domain/problems';
import { isKey, t } from './index';

/** '' when nothing did. */
export function errorText(error: unknown): string {
  if (!error) return '';
  const kind = problemType(error);
  if (kind === NETWORK_ERROR) return t('all.no-way');
  const slug = kind.replace('/problems/', '');
  const key = `problem.${slug}`;
  return t(isKey(key) ? key : 'all.wrong');
}
