// Making an account, and the ten codes that are shown once.
import { useEffect, useState } from 'preact/hooks';
import { api, once } from '../api/client';
import { Back, Button, Headline } from '../components/basics';
import { Field, Validated } from '../components/field';
import type { ReadField } from '../components/form';
import { Form } from '../components/form';
import { NewPassphrase } from '../components/passphrase';
import { NoEmergencyService, nameOf } from '../components/people';
import { problemType } from '../domain/problems';
import { language, t } from '../i18n';
import { errorText } from '../i18n/problem';
import { region, timeZone } from '../platform/locale';
import { newKey } from '../platform/random-key';
import { within } from '../platform/timeout';
import { to } from '../store/router';
import { enter } from '../store/session';
import { change, state } from '../store/store';
import { dropInvitation, invitation, resumeInvitation } from './join';
import { useHelplines } from './welcome';

export function CreateAccount() {
  useHelplines();
  const [passphrase, setPassphrase] = useState('');
  const [key] = useState(newKey);
  const [codes, setCodes] = useState<string[] | null>(null);
  const invited = useInvitation();
  if (codes) return <Codes codes={codes} />;
  const create = async (readField: ReadField) => {
    const sign_in_name = readField('name').trim().toLowerCase();
    const { data, error } = await api.POST('/v1/people', {
      params: once(`${key}${sign_in_name}`),
      body: {
        sign_in_name,
        passphrase,
        display_name: readField('called'),
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
    if (problemType(error) !== '/problems/invitation-not-valid') return errorText(error);
    dropInvitation();
    return t('create-account.without-invitation');
  };
  return (
    <main class="page">
      <Back href={to()} />
      <div class="stack tight">
        <Headline>{t('create-account.head')}</Headline>
        <p class="soft">{t('create-account.say')}</p>
        {invited && <p role="status">{invited}</p>}
      </div>
      <Form send={create} submit={t('create-account.button')}>
        <Field
          label={t('field.display-name')}
          hint={t('field.display-name-hint')}
          name="called"
          autocomplete="nickname"
          maxLength={60}
          required
        />
        <Field
          label={t('field.sign-in-name')}
          hint={t('field.sign-in-name-hint')}
          name="name"
          autocomplete="username"
          autocapitalize="none"
          autocorrect={false}
          spellcheck={false}
          dir="ltr"
          pattern="\s*[A-Za-z0-9._\-]{3,64}\s*"
          otherwise={t('field-error.sign-in-name')}
          required
        />
        <NewPassphrase label={t('field.passphrase')} value={passphrase} onInput={setPassphrase} />
        <Validated>
          <label class="tick">
            <input type="checkbox" required />
            {t('create-account.adult')}
          </label>
        </Validated>
      </Form>
      <NoEmergencyService helplines={state.helplines} />
    </main>
  );
}

/** Return a message about the invitation that the person came with; checked before they fill in the form. */
function useInvitation(): string {
  const [message, setMessage] = useState('');
  useEffect(() => {
    const token = invitation();
    if (!token) return;
    void api.POST('/v1/invitations/preview', { body: { token } }).then(({ data, error }) => {
      if (data) setMessage(t('create-account.invited', { name: nameOf(data) }));
      if (problemType(error) !== '/problems/invitation-not-valid') return;
      dropInvitation();
      setMessage(t('create-account.without-invitation'));
    });
  }, []);
  return message;
}

/** Shown once; only a copy on paper or elsewhere outlives this screen. */
export function Codes({ codes, onDone }: { codes: string[]; onDone?: () => void }) {
  const [copied, setCopied] = useState(false);
  const done = async () => {
    if (onDone) return onDone();
    if (!resumeInvitation()) location.hash = '';
    await enter();
    change({ toast: '' });
  };
  return (
    <main class="page">
      <div class="stack">
        <Headline>{t('recovery-codes.head')}</Headline>
        <p>{t('recovery-codes.say')}</p>
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
            {t(copied ? 'all.copied' : 'all.copy')}
          </Button>
          <Button onPress={() => print()}>{t('recovery-codes.print')}</Button>
        </div>
        <Button kind="main" onPress={done}>
          {t('recovery-codes.written-down')}
        </Button>
      </div>
    </main>
  );
}
