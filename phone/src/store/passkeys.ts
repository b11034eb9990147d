// Passkeys: the phone's own dialog (finger, face), between two calls of the API.

import { api, once } from '../api/client';
import type { Schemas } from '../contract/types';
import { within } from '../platform/timeout';
import { thisPhone } from './notifications';

type Result = Promise<{ error?: unknown }>;
type Creation = Schemas['CreationOptions'];
type Request = Schemas['RequestOptions'];
type SignedChallenge = Schemas['SignedChallenge'];

const webAuthn = () => self.PublicKeyCredential as Partial<typeof PublicKeyCredential> | undefined;

/** A passkey belongs to a domain, and no browser makes one for an IP address (WebAuthn 3, section 5.1.2). */
const IP_ADDRESS = /^[\d.]+$|^\[/;

/**
 * Return whether passkeys can be used here: not if the address that the server has, or is reached at, is an IP, or the browser
 * lacks WebAuthn's JSON methods.
 */
export const offered = async (): Promise<boolean> =>
  !IP_ADDRESS.test(location.hostname) &&
  !!webAuthn()?.parseRequestOptionsFromJSON &&
  !!(await api.GET('/v1/config')).data?.passkeys;

/** Return whether this phone can make a passkey by itself: it knows a finger, a face or a code. */
export async function makeable(): Promise<boolean> {
  const known = await within(
    webAuthn()?.isUserVerifyingPlatformAuthenticatorAvailable?.() ?? Promise.resolve(false),
  ).catch(() => false);
  return known && !!webAuthn()?.parseCreationOptionsFromJSON && (await offered());
}

/** The dialog was cancelled, or this phone has no passkey. */
export const CANCELLED = '/problems/wrong-passkey';
const NONE = { error: { type: CANCELLED } };

/** Sign in with a passkey of this phone. */
export async function signInByPasskey(): Result {
  const { data, error } = await api.POST('/v1/sessions/passkey/options');
  if (!data) return { error };
  const credential = await answer(data);
  if (!credential) return NONE;
  return api.POST('/v1/sessions/passkey', { body: { credential, carrier: 'cookie' } });
}

/** Give fresh proof with one of my own passkeys. */
export async function proveByPasskey(): Result {
  const { data, error } = await api.POST('/v1/sessions/current/proof/options');
  if (!data) return { error };
  const credential = await answer(data);
  return credential ? api.POST('/v1/sessions/current/proof', { body: { credential } }) : NONE;
}

/** The same, with one that this phone holds itself. Return which one that was. */
export async function provePasskeyHere(): Promise<{ error?: unknown; credential?: ArrayBuffer; rp_id?: string }> {
  const { data, error } = await api.POST('/v1/sessions/current/proof/options');
  if (!data) return { error };
  const shown = await show(data);
  if (shown?.authenticatorAttachment !== 'platform') return NONE;
  const proof = await api.POST('/v1/sessions/current/proof', { body: { credential: json(shown) as SignedChallenge } });
  return proof.error ? { error: proof.error } : { credential: shown.rawId, rp_id: data.rpId };
}

/** Create a passkey on this phone. The session needs fresh proof. */
export async function addPasskey(): Result {
  const { data, error } = await api.POST('/v1/passkeys/options');
  if (!data) return { error };
  const credential = await create(data);
  return credential ? api.POST('/v1/passkeys', { params: once(), body: { credential, label: thisPhone() } }) : NONE;
}

/** Show the phone's dialog for a new passkey. Return null when it is cancelled. */
export async function create(options: Creation): Promise<Schemas['Registration'] | null> {
  const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(
    options as unknown as PublicKeyCredentialCreationOptionsJSON,
  );
  return json(await navigator.credentials.create({ publicKey }).catch(() => null));
}

const answer = async (options: Request): Promise<SignedChallenge | null> => json(await show(options));

async function show(options: Request): Promise<PublicKeyCredential | null> {
  const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(
    options as unknown as PublicKeyCredentialRequestOptionsJSON,
  );
  return (await navigator.credentials.get({ publicKey }).catch(() => null)) as PublicKeyCredential | null;
}

const json = <T>(credential: Credential | null): T | null =>
  credential && ((credential as PublicKeyCredential).toJSON() as T);
