// Signing up with a passkey alone. What the phone has made is kept until the server has answered, so that a retry finishes the
// same account: another finger would make a second one.

import { api, once } from '../api/client';
import type { Schemas } from '../contract/types';
import { problemType } from '../domain/problems';
import { language } from '../i18n';
import { region, timeZone } from '../platform/locale';
import { newKey } from '../platform/random-key';
import { readSlot, writeSlot } from '../platform/slots';
import { consentField } from './consent';
import { thisPhone } from './notifications';
import { CANCELLED, create } from './passkeys';

interface Begun {
  credential: Schemas['Registration'];
  key: string;
  /** What was sent with the key: a key belongs to one body. */
  sent: string;
}

const SLOT = 'joining';
/** After these the passkey on this phone cannot be used for a new account any more. */
const OVER = ['/problems/passkey-not-accepted', '/problems/already-signed-up', '/problems/key-reused'];

export async function joinByPasskey(
  display_name: string,
  invitation_token: string | null,
): Promise<{ error?: unknown }> {
  const begun = readBegun() ?? (await begin(display_name, invitation_token));
  if ('error' in begun) return begun;
  const agreed = await consentField();
  if (agreed.error) return agreed;
  const sent = JSON.stringify([display_name, invitation_token, agreed.field]);
  const key = begun.sent === sent ? begun.key : newKey();
  keep({ ...begun, key, sent });
  const { data, error } = await api.POST('/v1/people/passkey', {
    params: once(key),
    body: {
      display_name,
      credential: begun.credential,
      label: thisPhone(),
      time_zone: timeZone(),
      region: region() ?? null,
      language: language(),
      invitation_token,
      carrier: 'cookie',
      ...agreed.field,
    },
  });
  if (data || OVER.includes(problemType(error))) keep(null);
  return { error };
}

async function begin(display_name: string, invitation_token: string | null): Promise<Begun | { error: unknown }> {
  const { data, error } = await api.POST('/v1/people/passkey/options', { body: { display_name, invitation_token } });
  if (!data) return { error };
  const credential = await create(data);
  return credential ? { credential, key: '', sent: '' } : { error: { type: CANCELLED } };
}

function readBegun(): Begun | null {
  try {
    return JSON.parse(readSlot(SLOT, 'sessionStorage') ?? 'null') as Begun | null;
  } catch {
    return null;
  }
}

const keep = (begun: Begun | null): void => writeSlot(SLOT, begun && JSON.stringify(begun), 'sessionStorage');
