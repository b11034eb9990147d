// Signing in: with the passphrase, or once with a recovery code.
import { useState } from 'preact/hooks';
import { api } from '../api/client';
import { useOffered } from '../parts/asked';
import { Back, Button, Field, Says, Wrong } from '../parts/basics';
import { NewPassphrase, Secret } from '../parts/passphrase';
import { to } from '../route';
import { signInByPasskey } from '../state/passkeys';
import { enter } from '../state/session';
import { state } from '../state/store';
import { say } from '../words';
import { wrong } from '../words/problem';
import { takeUpInvitation } from './join';

const NAME = { autocomplete: 'username', autocapitalize: 'none', autocorrect: 'off', spellcheck: false, required: true };

/** What people type on a phone often begins with a capital or ends with a blank. */
const tidy = (name: string): string => name.trim().toLowerCase();

async function entered(error: unknown, say_it: (words: string) => void): Promise<void> {
  if (error) return say_it(wrong(error));
  const invited = takeUpInvitation();
  if (!invited) location.hash = '';
  await enter();
}

export function SignIn() {
  const [said, setSaid] = useState('');
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget as HTMLFormElement);
    const { error } = await api.POST('/v1/sessions', {
      body: { sign_in_name: tidy(String(form.get('name'))), passphrase: String(form.get('passphrase')), carrier: 'cookie' },
    });
    await entered(error, setSaid);
  };
  const passkeys = useOffered();
  const dead = state.session === 'dead';
  return (
    <main class="page">
      {dead ? <p class="head">{say('sign-in.dead')}</p> : <Back href={to()} />}
      <div class="stack">
        <Says>{say('sign-in.head')}</Says>
        {dead && <p>{say(state.press ? 'sign-in.dead-press' : 'sign-in.dead-say')}</p>}
      </div>
      <form class="stack" onSubmit={submit}>
        <Field label={say('field.name')} name="name" {...NAME} />
        <div class="stack tight">
          <Secret label={say('field.passphrase')} id="passphrase" autocomplete="current-password" />
        </div>
        <Wrong>{said}</Wrong>
        <button class="btn main">{say('sign-in.button')}</button>
        {passkeys && <Button onPress={async () => entered((await signInByPasskey()).error, setSaid)}>{say('sign-in.passkey')}</Button>}
        <a class="btn quiet" href={to('recover')}>
          {say('sign-in.recover')}
        </a>
      </form>
    </main>
  );
}

export function Recover() {
  const [said, setSaid] = useState('');
  const [passphrase, setPassphrase] = useState('');
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget as HTMLFormElement);
    const { error } = await api.POST('/v1/sessions/recovery', {
      body: { sign_in_name: tidy(String(form.get('name'))), recovery_code: String(form.get('code')).trim(), new_passphrase: passphrase, carrier: 'cookie' },
    });
    await entered(error, setSaid);
  };
  return (
    <main class="page">
      <Back href={to('sign-in')} />
      <div class="stack">
        <Says>{say('recover.head')}</Says>
        <p class="soft">{say('recover.say')}</p>
      </div>
      <form class="stack" onSubmit={submit}>
        <Field label={say('field.name')} name="name" {...NAME} />
        <Field label={say('field.code')} name="code" autocomplete="off" autocapitalize="none" spellcheck={false} required />
        <NewPassphrase label={say('field.new-passphrase')} value={passphrase} onInput={setPassphrase} />
        <Wrong>{said}</Wrong>
        <Button kind="main" submit>
          {say('recover.button')}
        </Button>
      </form>
    </main>
  );
}
