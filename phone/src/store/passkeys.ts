// Passkeys: the phone's own dialog (finger, face), between two calls of the API.

import { api, once } from '../api/client';
import type { Schemas } from '../contract/types';
import { thisPhone } from './notifications';

/**
 * Return whether passkeys can be used here: not if the server's address is an IP, or the browser lacks WebAuthn's JSON
 * methods.
 */
export const offered = async (): Promise<boolean> =>
  !!(self.PublicKeyCredential as Partial<typeof PublicKeyCredential> | undefined)?.parseRequestOptionsFromJSON &&
  !!(await api.GET('/v1/config')).data?.passkeys;

/** The dialog was cancelled, or this phone has no passkey. */
const NONE = { error: { type: '/problems/wrong-passkey' } };

/** Sign in with a passkey of this phone. */
export async function signInByPasskey(): Promise<{ error?: unknown }> {
  const { data, error } = await api.POST('/v1/sessions/passkey/options');
  if (!data) return { error };
  const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(
    data as unknown as PublicKeyCredentialRequestOptionsJSON,
  );
  const credential = await navigator.credentials.get({ publicKey }).catch(() => null);
  if (!credential) return NONE;
  return api.POST('/v1/sessions/passkey', {
    body: { credential: json<Schemas['SignedChallenge']>(credential), carrier: 'cookie' },
  });
}

/** Create a passkey on this phone. The session needs fresh proof. */
export async function addPasskey(): Promise<{ error?: unknown }> {
  const { data, error } = await api.POST('/v1/passkeys/options');
  if (!data) return { error };
  const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(
    data as unknown as PublicKeyCredentialCreationOptionsJSON,
  );
  const credential = await navigator.credentials.create({ publicKey }).catch(() => null);
  if (!credential) return NONE;
  return api.POST('/v1/passkeys', {
    params: once(),
    body: { credential: json<Schemas['Registration']>(credential), label: thisPhone() },
  });
}

const json = <T>(credential: Credential): T => (credential as PublicKeyCredential).toJSON() as T;
