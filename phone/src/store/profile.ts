// My profile on the server.

import { api } from '../api/client';
import type { ProfileChange } from '../contract/types';
import { errorText } from '../i18n/problem';
import { change } from './store';

/** Change all of these fields or none; show an error as a toast. Return whether it worked. */
export async function updateProfile(body: Partial<ProfileChange>): Promise<boolean> {
  const { data, error } = await api.PATCH('/v1/me', { body });
  change(data ? { me: data } : { toast: errorText(error) });
  return !!data;
}
