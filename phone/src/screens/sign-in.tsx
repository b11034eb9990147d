// Signing in: with the passphrase, or once with a recovery code.
import { useState } from 'preact/hooks';
import { api } from '../api/client';
import { Back, Button, ErrorText, Headline } from '../components/basics';
import { Field } from '../components/field';
import type { ReadField } from '../components/form';
import { Form } from '../components/form';
import { NewPassphrase, Secret } from '../components/passphrase';
import { usePasskeysOffered } from '../components/use-query';
import { t } from '../i18n';
import { errorText } from '../i18n/problem';
import { isSafe } from '../platform/storage';
import { signInByPasskey } from '../store/passkeys';
import { to } from '../store/router';
import { enter } from '../store/session';
import { state } from '../store/store';
import { takeUpInvitation } from './join';

const NAME = {
  autocomplete: 'username',
  autocapitalize: 'none',
  autocorrect: false,
  spellcheck: false,
  dir: 'ltr',
  required: true,
};

/** What people type on a phone often begins with a capital or ends with a blank. */
const tidy = (name: string): string => name.trim().toLowerCase();

/** Goes in; or gives what went wrong. */
async function entered({ error }: { error?: unknown }): Promise<string> {
  if (error) return errorText(error);
  if (!takeUpInvitation()) location.hash = '';
  await enter();
  return '';
}

export function SignIn() {
  const [message, setMessage] = useState('');
  const signIn = async (filled: ReadField) =>
    entered(
      await api.POST('/v1/sessions', {
        body: { sign_in_name: tidy(filled('name')), passphrase: filled('passphrase'), carrier: 'cookie' },
      }),
    );
  const passkeys = usePasskeysOffered();
  const expired = state.session === 'expired';
  const pressKept = isSafe('press') ? 'sign-in.expired-press' : 'pending.expired';
  return (
    <main class="page">
      {expired ? <p class="head">{t('sign-in.expired')}</p> : <Back href={to()} />}
      <div class="stack">
        <Headline>{t('sign-in.head')}</Headline>
        {expired && <p>{t(state.pendingPress ? pressKept : 'sign-in.expired-say')}</p>}
      </div>
      <Form
        send={signIn}
        submit={t('sign-in.button')}
        after={
          <>
            {passkeys && (
              <Button onPress={async () => setMessage(await entered(await signInByPasskey()))}>
                {t('sign-in.passkey')}
              </Button>
            )}
            <ErrorText>{message}</ErrorText>
            <a class="btn quiet" href={to('recover')}>
              {t('sign-in.recover')}
            </a>
          </>
        }
      >
        <Field label={t('field.sign-in-name')} name="name" {...NAME} />
        <Secret label={t('field.passphrase')} id="passphrase" autocomplete="current-password" />
      </Form>
    </main>
  );
}

export function Recover() {
  const [passphrase, setPassphrase] = useState('');
  const recover = async (filled: ReadField) =>
    entered(
      await api.POST('/v1/sessions/recovery', {
        body: {
          sign_in_name: tidy(filled('name')),
          recovery_code: filled('code').trim(),
          new_passphrase: passphrase,
          carrier: 'cookie',
        },
      }),
    );
  return (
    <main class="page">
      <Back href={to('sign-in')} />
      <div class="stack">
        <Headline>{t('recover.head')}</Headline>
        <p class="soft">{t('recover.say')}</p>
      </div>
      <Form send={recover} submit={t('recover.button')}>
        <Field label={t('field.sign-in-name')} name="name" {...NAME} />
        <Field
          label={t('field.recovery-code')}
          name="code"
          dir="ltr"
          autocomplete="off"
          autocapitalize="none"
          spellcheck={false}
          required
        />
        <NewPassphrase label={t('field.new-passphrase')} value={passphrase} onInput={setPassphrase} />
      </Form>
    </main>
  );
}
