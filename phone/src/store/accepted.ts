// One way to say that something was not taken, for every button and switch that says nothing else of its reply.
import { errorText } from '../i18n/problem';
import { change } from './store';

/** Return whether the server has taken it. If not, the message at the top says why, and it can be tried again. */
export async function accepted(request: Promise<{ error?: unknown }>): Promise<boolean> {
  const { error } = await request;
  change({ toast: errorText(error) });
  return !error;
}
