// Signing in: with the passphrase, or once with a recovery code.
import { useState } from 'preact/hooks';
import { api } from '../api/client';
import { Back, Button, Says, Wrong } from '../components/basics';
import { Field } from '../components/field';
import type { Filled } from '../components/form';
import { Form } from '../components/form';
import { NewPassphrase, Secret } from '../components/passphrase';
import { useOffered } from '../components/use-query';
import { say } from '../i18n';
import { wrong } from '../i18n/problem';
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
  if (error) return wrong(error);
  if (!takeUpInvitation()) location.hash = '';
  await enter();
  return '';
}

export function SignIn() {
  const [said, setSaid] = useState('');
  const signIn = async (filled: Filled) =>
    entered(
      await api.POST('/v1/sessions', {
        body: { sign_in_name: tidy(filled('name')), passphrase: filled('passphrase'), carrier: 'cookie' },
      }),
    );
  const passkeys = useOffered();
  const dead = state.session === 'dead';
  const pressKept = isSafe('press') ? 'sign-in.dead-press' : 'kept.dead';
  return (
    <main class="page">
      {dead ? <p class="head">{say('sign-in.dead')}</p> : <Back href={to()} />}
      <div class="stack">
        <Says>{say('sign-in.head')}</Says>
        {dead && <p>{say(state.press ? pressKept : 'sign-in.dead-say')}</p>}
      </div>
      <Form
        send={signIn}
        submit={say('sign-in.button')}
        after={
          <>
            {passkeys && (
              <Button onPress={async () => setSaid(await entered(await signInByPasskey()))}>
                {say('sign-in.passkey')}
              </Button>
            )}
            <Wrong>{said}</Wrong>
            <a class="btn quiet" href={to('recover')}>
              {say('sign-in.recover')}
            </a>
          </>
        }
      >
        <Field label={say('field.name')} name="name" {...NAME} />
        <Secret label={say('field.passphrase')} id="passphrase" autocomplete="current-password" />
      </Form>
    </main>
  );
}

export function Recover() {
  const [passphrase, setPassphrase] = useState('');
  const recover = async (filled: Filled) =>
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
        <Says>{say('recover.head')}</Says>
        <p class="soft">{say('recover.say')}</p>
      </div>
      <Form send={recover} submit={say('recover.button')}>
        <Field label={say('field.name')} name="name" {...NAME} />
        <Field
          label={say('field.code')}
          name="code"
          dir="ltr"
          autocomplete="off"
          autocapitalize="none"
          spellcheck={false}
          required
        />
        <NewPassphrase label={say('field.new-passphrase')} value={passphrase} onInput={setPassphrase} />
      </Form>
    </main>
  );
}
