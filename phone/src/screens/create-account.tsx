// Making an account, and the ten codes that are shown once.
import { useEffect, useState } from 'preact/hooks';
import { api, once } from '../api/client';
import { Back, Button, Says } from '../components/basics';
import { Field, Fill } from '../components/field';
import type { Filled } from '../components/form';
import { Form } from '../components/form';
import { NewPassphrase } from '../components/passphrase';
import { NoEmergencyService, nameOf } from '../components/people';
import { problemType } from '../domain/problems';
import { language, say } from '../i18n';
import { wrong } from '../i18n/problem';
import { region, timeZone } from '../platform/locale';
import { newKey } from '../platform/random-key';
import { within } from '../platform/timeout';
import { to } from '../store/router';
import { enter } from '../store/session';
import { change, state } from '../store/store';
import { dropInvitation, invitation, takeUpInvitation } from './join';
import { useHelplines } from './welcome';

export function CreateAccount() {
  useHelplines();
  const [passphrase, setPassphrase] = useState('');
  const [key] = useState(newKey);
  const [codes, setCodes] = useState<string[] | null>(null);
  const invited = useInvitation();
  if (codes) return <Codes codes={codes} />;
  const make = async (filled: Filled) => {
    const sign_in_name = filled('name').trim().toLowerCase();
    const { data, error } = await api.POST('/v1/people', {
      params: once(`${key}${sign_in_name}`),
      body: {
        sign_in_name,
        passphrase,
        display_name: filled('called'),
        time_zone: timeZone(),
        region: region() ?? null,
        language: language(),
        invitation_token: invitation(),
        carrier: 'cookie',
      },
    });
    if (data) {
      setCodes(data.recovery_codes);
      return '';
    }
    if (problemType(error) !== '/problems/invitation-not-valid') return wrong(error);
    dropInvitation();
    return say('create.without');
  };
  return (
    <main class="page">
      <Back href={to()} />
      <div class="stack tight">
        <Says>{say('create.head')}</Says>
        <p class="soft">{say('create.say')}</p>
        {invited && <p role="status">{invited}</p>}
      </div>
      <Form send={make} submit={say('create.button')}>
        <Field
          label={say('field.called')}
          hint={say('field.called-hint')}
          name="called"
          autocomplete="nickname"
          maxLength={60}
          required
        />
        <Field
          label={say('field.name')}
          hint={say('field.name-hint')}
          name="name"
          autocomplete="username"
          autocapitalize="none"
          autocorrect={false}
          spellcheck={false}
          dir="ltr"
          pattern="\s*[A-Za-z0-9._\-]{3,64}\s*"
          otherwise={say('fill.name')}
          required
        />
        <NewPassphrase label={say('field.passphrase')} value={passphrase} onInput={setPassphrase} />
        <Fill>
          <label class="tick">
            <input type="checkbox" required />
            {say('create.adult')}
          </label>
        </Fill>
      </Form>
      <NoEmergencyService helplines={state.helplines} />
    </main>
  );
}

/** What becomes of the invitation that somebody came with: looked at before they fill in a form for nothing. */
function useInvitation(): string {
  const [said, setSaid] = useState('');
  useEffect(() => {
    const token = invitation();
    if (!token) return;
    void api.POST('/v1/invitations/preview', { body: { token } }).then(({ data, error }) => {
      if (data) setSaid(say('create.invited', { name: nameOf(data) }));
      if (problemType(error) !== '/problems/invitation-not-valid') return;
      dropInvitation();
      setSaid(say('create.without'));
    });
  }, []);
  return said;
}

/** Shown once; only a copy on paper or elsewhere outlives this screen. */
export function Codes({ codes, onDone }: { codes: string[]; onDone?: () => void }) {
  const [copied, setCopied] = useState(false);
  const done = async () => {
    if (onDone) return onDone();
    if (!takeUpInvitation()) location.hash = '';
    await enter();
    change({ word: '' });
  };
  return (
    <main class="page">
      <div class="stack">
        <Says>{say('codes.head')}</Says>
        <p>{say('codes.say')}</p>
      </div>
      <ol class="card codes">
        {codes.map((code) => (
          <li key={code}>
            <bdi dir="ltr">{code}</bdi>
          </li>
        ))}
      </ol>
      <div class="stack">
        <div class="two">
          <Button
            onPress={() =>
              within(navigator.clipboard.writeText(codes.join('\n'))).then(
                () => setCopied(true),
                () => undefined,
              )
            }
          >
            {say(copied ? 'all.copied' : 'all.copy')}
          </Button>
          <Button onPress={() => print()}>{say('codes.print')}</Button>
        </div>
        <Button kind="main" onPress={done}>
          {say('codes.kept')}
        </Button>
      </div>
    </main>
  );
}
