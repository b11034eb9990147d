// Asks once more who it is: an unlocked phone alone must not be enough to change the ways into an account, or to delete it.
import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { api } from '../api/client';
import { problemType } from '../domain/problems';
import { t } from '../i18n';
import { errorText } from '../i18n/problem';
import { CANCELLED, proveByPasskey } from '../store/passkeys';
import { state } from '../store/store';
import { Button, ErrorText } from './basics';
import type { ReadField } from './form';
import { Form } from './form';
import { usePasskeysOffered } from './passkeys-offered';
import { Secret } from './passphrase';

const WRONG = '/problems/wrong-credentials';

/** Prove the session for the next five minutes. Return the error message, or '' on success. */
export async function prove(passphrase: string): Promise<string> {
  const { error } = await api.POST('/v1/sessions/current/proof', { body: { passphrase } });
  if (!error) return '';
  return problemType(error) === WRONG ? t('proof.wrong') : errorText(error);
}

interface Props {
  /** The label of the button. */
  to: string;
  kind?: string;
  /** Runs after a successful proof and shows its own errors. */
  onProven: () => unknown;
  children?: ComponentChildren;
}

/** By passphrase where there is one; by a passkey where there is none, or beside it. */
export function Proof({ to, kind = '', onProven, children }: Props) {
  const offered = usePasskeysOffered();
  const [message, setMessage] = useState('');
  const ways = state.me?.ways_in;
  const typed = async (readField: ReadField) => {
    const wrong = await prove(readField('proof'));
    if (!wrong) await onProven();
    return wrong;
  };
  const touched = async () => {
    const { error } = await proveByPasskey();
    setMessage(problemType(error) === CANCELLED ? t('proof.not-shown') : errorText(error));
    if (!error) await onProven();
  };
  const finger = (label: string, style: string) => (
    <>
      <ErrorText>{message}</ErrorText>
      <Button kind={style} icon="key" onPress={touched}>
        {label}
      </Button>
    </>
  );
  if (ways && !ways.passphrase)
    return (
      <div class="stack">
        <p>{t('proof.finger')}</p>
        {children}
        {finger(to, kind)}
      </div>
    );
  return (
    <Form send={typed} submit={to} kind={kind} after={offered && !!ways?.passkeys && finger(t('sign-in.passkey'), '')}>
      <Secret label={t('proof.ask')} id="proof" autocomplete="current-password" />
      {children}
    </Form>
  );
}
