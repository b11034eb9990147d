// Asks for the passphrase again: an unlocked phone alone must not be enough to change the ways into an account, or to delete it.
import type { ComponentChildren } from 'preact';
import { api } from '../api/client';
import { problemType } from '../domain/problems';
import { t } from '../i18n';
import { errorText } from '../i18n/problem';
import type { ReadField } from './form';
import { Form } from './form';
import { Secret } from './passphrase';

const WRONG = '/problems/wrong-credentials';

/** Prove the session for the next five minutes. Return the error message, or '' on success. */
export async function prove(passphrase: string): Promise<string> {
  const { error } = await api.POST('/v1/sessions/current/proof', { body: { passphrase } });
  if (!error) return '';
  return problemType(error) === WRONG ? t('proof.wrong') : errorText(error);
}

/** `to`: the label of the button. `onProven` runs after a successful proof and shows its own errors. */
export function Proof({
  to,
  kind = '',
  onProven,
  children,
}: {
  to: string;
  kind?: string;
  onProven: () => unknown;
  children?: ComponentChildren;
}) {
  const send = async (readField: ReadField) => {
    const message = await prove(readField('proof'));
    if (!message) await onProven();
    return message;
  };
  return (
    <Form send={send} submit={to} kind={kind}>
      <Secret label={t('proof.ask')} id="proof" autocomplete="current-password" />
      {children}
    </Form>
  );
}
