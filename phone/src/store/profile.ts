// My profile on the server, changed from wherever a screen offers it.

import { api } from '../api/client';
import type { Schemas } from '../contract/types';
import { errorText } from '../i18n/problem';
import { change } from './store';

/** All of it or nothing; says so when it did not work. */
export async function updateProfile(body: Partial<Schemas['api__routes__me__Change']>): Promise<boolean> {
  const { data, error } = await api.PATCH('/v1/me', { body });
  change(data ? { me: data } : { toast: errorText(error) });
  return !!data;
}
