// What somebody agrees to with a new account: the version whose lines they were shown.
import { api } from '../api/client';
import { CONSENT } from '../domain/consent';

/** Return the field for a sign-up: none for a server of the release before, which would refuse it. */
export async function consentField(): Promise<{ field?: { consent?: string }; error?: unknown }> {
  const { data, error } = await api.GET('/v1/config');
  return data ? { field: data.consent_version ? { consent: CONSENT } : {} } : { error };
}
