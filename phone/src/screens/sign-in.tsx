// Signing in with the passphrase, a passkey, or a recovery code (once).
import { useState } from 'preact/hooks';
import { api } from '../api/client';
import { Button, ErrorText, Headline } from '../components/basics';
import { Field } from '../components/field';
import type { ReadField } from '../components/form';
import { Form } from '../components/form';
import { usePasskeysOffered } from '../components/passkeys-offered';
import { NewPassphrase, Secret } from '../components/passphrase';
import { Back } from '../components/sub-page';
import { t } from '../i18n';
import { errorText } from '../i18n/problem';
import { isSafe } from '../platform/storage';
import { resumeInvitation } from '../store/invitation';
import { signInByPasskey } from '../store/passkeys';
import { to } from '../store/router';
import { enter } from '../store/session';
import { askAboutPhone } from '../store/shared-phone';
import { state } from '../store/store';

const NAME_ATTRIBUTES = {
  autocomplete: 'username',
  autocapitalize: 'none',
  autocorrect: false,
  spellcheck: false,
  dir: 'ltr',
  required: true,
};

/** Names typed on a phone often begin with a capital or end with a space. */
const normalized = (name: string): string => name.trim().toLowerCase();

/** Enter the app, or return the error message. */
async function finishSignIn({ error }: { error?: unknown }): Promise<string> {
  if (error) return errorText(error);
  const invited = resumeInvitation();
  if (!invited) location.hash = '';
  await enter();
  if (!invited) askAboutPhone();
  return '';
}

export function SignIn() {
  const [message, setMessage] = useState('');
  const signIn = async (readField: ReadField) =>
    finishSignIn(
      await api.POST('/v1/sessions', {
        body: { sign_in_name: normalized(readField('name')), passphrase: readField('passphrase'), carrier: 'cookie' },
      }),
    );
  const passkeys = usePasskeysOffered();
  const expired = state.session === 'expired';
  const pressStored = isSafe('press') ? 'sign-in.expired-press' : 'pending.expired';
  return (
    <main class="page">
      {expired ? <p class="head">{t('sign-in.expired')}</p> : <Back href={to()} />}
      <div class="stack">
        <Headline>{t('sign-in.head')}</Headline>
        {expired && <p>{t(state.pendingPress ? pressStored : 'sign-in.expired-say')}</p>}
      </div>
      <Form
        send={signIn}
        submit={t('sign-in.button')}
        after={
          <>
            {passkeys && (
              <Button onPress={async () => setMessage(await finishSignIn(await signInByPasskey()))}>
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
        <Field label={t('field.sign-in-name')} name="name" {...NAME_ATTRIBUTES} />
        <Secret label={t('field.passphrase')} id="passphrase" autocomplete="current-password" />
      </Form>
    </main>
  );
}

export function Recover() {
  const [passphrase, setPassphrase] = useState('');
  const recover = async (readField: ReadField) =>
    finishSignIn(
      await api.POST('/v1/sessions/recovery', {
        body: {
          sign_in_name: normalized(readField('name')),
          recovery_code: readField('code').trim(),
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
        <Field label={t('field.sign-in-name')} name="name" {...NAME_ATTRIBUTES} />
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
