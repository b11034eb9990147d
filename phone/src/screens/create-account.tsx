// Making an account, and the ten codes that are shown once.
import { useEffect, useState } from 'preact/hooks';
import { api } from '../api/client';
import { Button, Headline } from '../components/basics';
import { usePasskeyMakeable } from '../components/passkeys-offered';
import { NoEmergencyService, nameOf } from '../components/people';
import { Back } from '../components/sub-page';
import { problemType } from '../domain/problems';
import { t, tRich } from '../i18n';
import { within } from '../platform/timeout';
import { dropInvitation, invitation, resumeInvitation } from '../store/invitation';
import { to } from '../store/router';
import { enter } from '../store/session';
import { change, state } from '../store/store';
import { NewAccount } from './new-account';
import { useHelplines } from './welcome';

export interface NewCodes {
  codes: string[];
  signInName: string;
}

/** `token`: in a link from the operator, where accounts need one. */
export function CreateAccount({ token }: { token?: string | undefined }) {
  useHelplines();
  const [made, setMade] = useState<NewCodes>();
  const invited = useInvitation();
  const possible = usePasskeyMakeable();
  if (made) return <Codes {...made} />;
  // Nothing may move under a finger: the fields come when it is known which.
  if (possible === undefined) return <main class="page" aria-busy="true" />;
  return (
    <main class="page">
      <Back href={to()} />
      <div class="stack tight">
        <Headline>{t('create-account.head')}</Headline>
        {invited && <p role="status">{invited}</p>}
      </div>
      <NewAccount
        possible={possible}
        invited={!!invitation()}
        token={token}
        onCodes={(codes, signInName) => setMade({ codes, signInName })}
      />
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
export function Codes({ codes, signInName, onDone }: NewCodes & { onDone?: () => void }) {
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
        <p>{tRich('recovery-codes.with-name', { name: <bdi dir="ltr">{signInName}</bdi> })}</p>
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
              within(navigator.clipboard.writeText([signInName, ...codes].join('\n'))).then(() => setCopied(true))
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
