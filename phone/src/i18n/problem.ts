// Error messages: a sentence of our own where there is one for the problem's type.
import { NETWORK_ERROR, problemType } from '../domain/problems';
import { isKey, t } from './index';

/** Return the sentence for an error, or '' when there is none. */
export function errorText(error: unknown): string {
  if (!error) return '';
  const kind = problemType(error);
  if (kind === NETWORK_ERROR) return t((error as { late?: boolean }).late ? 'all.late' : 'all.network-error');
  const slug = kind.replace('/problems/', '');
  const key = `problem.${slug}`;
  return t(isKey(key) ? key : 'all.error');
}
