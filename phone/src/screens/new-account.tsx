// Making an account: one field and a finger; the passphrase form below it, or in its place where no passkey is possible.
import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { api, once } from '../api/client';
import { Button } from '../components/basics';
import { Field, Validated } from '../components/field';
import type { ReadField } from '../components/form';
import { Form } from '../components/form';
import { NewPassphrase } from '../components/passphrase';
import { PrivacyFold } from '../components/privacy';
import { NETWORK_ERROR, problemType } from '../domain/problems';
import type { Key } from '../i18n';
import { language, t } from '../i18n';
import { errorText } from '../i18n/problem';
import { region, timeZone } from '../platform/locale';
import { newKey } from '../platform/random-key';
import { consentField } from '../store/consent';
import { dropInvitation, invitation, resumeInvitation } from '../store/invitation';
import { joinByPasskey } from '../store/join-by-passkey';
import { CANCELLED } from '../store/passkeys';
import { enter } from '../store/session';
import { change } from '../store/store';

interface Props {
  /** Whether this phone can make a passkey. */
  possible: boolean;
  /** With the account they say yes to an invitation. */
  invited: boolean;
  /** The operator's word that lets them make an account here; it is nobody's circle. */
  token?: string | undefined;
  /** The account is made with a passphrase; its codes are shown before it is entered. */
  onCodes: (codes: string[], signInName: string) => void;
}

const PASSKEY_PROBLEMS: Record<string, Key> = {
  [CANCELLED]: 'new-account.cancelled',
  [NETWORK_ERROR]: 'new-account.network',
};

export function NewAccount({ possible, invited, token, onCodes }: Props) {
  const [typing, setTyping] = useState(false);
  const [name, setName] = useState('');
  const called = (
    <Field
      label={t('field.display-name')}
      hint={invited ? undefined : t('field.display-name-hint')}
      name="called"
      autocomplete="nickname"
      maxLength={60}
      required
      value={name}
      onInput={({ currentTarget }: { currentTarget: HTMLInputElement }) => setName(currentTarget.value)}
    />
  );
  const other = possible && (
    <Button kind="quiet" onPress={() => setTyping(!typing)}>
      {t(typing ? 'new-account.or-passkey' : 'new-account.or-passphrase')}
    </Button>
  );
  if (typing || !possible)
    return (
      <PassphraseForm name={name} invited={invited} token={token} onCodes={onCodes} after={other}>
        {called}
      </PassphraseForm>
    );
  const join = async () => {
    const { error } = await joinByPasskey(name, token ?? invitation());
    if (!error) return finish();
    const known = PASSKEY_PROBLEMS[problemType(error)];
    return known ? t(known) : refusal(error);
  };
  return (
    <Form
      send={join}
      submit={t(invited ? 'new-account.yes' : 'new-account.passkey')}
      icon="key"
      after={
        <>
          {other}
          <p class="soft small mid">
            {t('new-account.adult')} {t('create-account.say')}
          </p>
          <PrivacyFold />
        </>
      }
    >
      {called}
    </Form>
  );
}

/** Enter the new account, at the invitation if there was one. */
async function finish(): Promise<string> {
  if (!resumeInvitation()) location.hash = '';
  await enter();
  change({ toast: '' });
  return '';
}

/** Return why no account was made; without an invitation that cannot be used, the next try makes one. */
function refusal(error: unknown): string {
  if (problemType(error) !== '/problems/invitation-not-valid') return errorText(error);
  dropInvitation();
  return t('create-account.without-invitation');
}

function PassphraseForm({
  name,
  invited,
  token,
  onCodes,
  children,
  after,
}: Omit<Props, 'possible'> & { name: string; children: ComponentChildren; after: ComponentChildren }) {
  const [passphrase, setPassphrase] = useState('');
  const [key] = useState(newKey);
  const create = async (readField: ReadField) => {
    const sign_in_name = readField('name').trim().toLowerCase();
    const agreed = await consentField();
    if (agreed.error) return errorText(agreed.error);
    const { data, error } = await api.POST('/v1/people', {
      params: once(`${key}${sign_in_name}`),
      body: {
        sign_in_name,
        passphrase,
        display_name: readField('called'),
        time_zone: timeZone(),
        region: region() ?? null,
        language: language(),
        invitation_token: token ?? invitation(),
        carrier: 'cookie',
        ...agreed.field,
      },
    });
    if (!data) return refusal(error);
    onCodes(data.recovery_codes, sign_in_name);
    return '';
  };
  return (
    <Form send={create} submit={t(invited ? 'new-account.yes-passphrase' : 'create-account.button')} after={after}>
      {children}
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
      <NewPassphrase label={t('field.passphrase')} names={[name]} value={passphrase} onInput={setPassphrase} />
      <Validated>
        <label class="tick">
          <input type="checkbox" required />
          {t('create-account.adult')}
        </label>
      </Validated>
      <PrivacyFold />
    </Form>
  );
}
