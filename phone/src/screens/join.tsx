// An invitation: check the link, show who invites and as what, then yes or not now.
import { useEffect, useState } from 'preact/hooks';
import { api, once } from '../api/client';
import { Button, ErrorText, Headline } from '../components/basics';
import { useGuestsOffered } from '../components/guests-offered';
import { Lamp, Light } from '../components/lamp';
import { usePasskeyMakeable } from '../components/passkeys-offered';
import { nameOf, role } from '../components/people';
import type { Schemas } from '../contract/types';
import { NETWORK_ERROR, problemType } from '../domain/problems';
import type { Key } from '../i18n';
import { t } from '../i18n';
import { errorText } from '../i18n/problem';
import { moment } from '../i18n/span';
import { newKey } from '../platform/random-key';
import { within } from '../platform/timeout';
import { dropInvitation, invitation, keepInvitation } from '../store/invitation';
import { to } from '../store/router';
import { state } from '../store/store';
import type { NewCodes } from './create-account';
import { Codes } from './create-account';
import type { Membership } from './joined';
import { Joined } from './joined';
import { NewAccount } from './new-account';

type Preview = Schemas['PreviewOut'];

export function Join({ token }: { token: string }) {
  const [preview, setPreview] = useState<Preview>();
  const [error, setError] = useState<unknown>();
  const [joined, setJoined] = useState<Membership>();
  // With the token kept in this tab, the person has just signed up or signed in for it.
  const [fresh, setFresh] = useState(() => invitation() === token);
  const [key] = useState(newKey);
  const possible = usePasskeyMakeable();
  const guests = useGuestsOffered();
  const inside = state.session === 'in';
  const loadPreview = async () => {
    const { data: preview, error } = await api.POST('/v1/invitations/preview', { body: { token } });
    setError(error);
    setPreview(preview);
    if (preview?.accepted)
      setJoined({
        id: preview.membership_id ?? '',
        person: preview.person,
        state: preview.state ?? 'accepted',
        words: preview.words ?? null,
      });
  };
  useEffect(() => {
    keepInvitation(inside ? null : token);
    void loadPreview();
  }, [token, inside]);
  const accept = async () => {
    const { data, error } = await api.POST('/v1/invitations/accept', { params: once(key), body: { token } });
    if (data) {
      setFresh(true);
      setJoined(data);
    } else if (problemType(error) === NETWORK_ERROR) return errorText(error);
    else setError(error);
    return '';
  };

  if (joined && inside) return <Joined of={joined} fresh={fresh} />;
  if (error) return <CannotBeUsed error={error} inside={inside} onAgain={loadPreview} />;
  // Ask nothing before the link is checked, and let nothing move under a finger afterwards.
  if (!preview || joined || possible === undefined || guests === undefined)
    return <main class="page" aria-busy="true" />;
  return <Question of={preview} token={token} inside={inside} possible={possible} guests={guests} onYes={accept} />;
}

function Question({
  of,
  token,
  inside,
  possible,
  guests,
  onYes,
}: {
  of: Preview;
  token: string;
  inside: boolean;
  possible: boolean;
  guests: boolean;
  onYes: () => Promise<string>;
}) {
  const [later, setLater] = useState(false);
  const [message, setMessage] = useState('');
  const [made, setMade] = useState<NewCodes>();
  const name = nameOf(of);
  /** Hand the invitation to a page that asks for a number instead of an account. */
  const withoutApp = async () => {
    const body = new URLSearchParams({ secret: token });
    const reply = await within(fetch('/g/join', { method: 'POST', body }), 10_000).catch(() => undefined);
    if (reply && reply.status < 500) location.assign(reply.url);
    else setMessage(t('all.network-error'));
  };
  const notNow = (
    <Button kind="quiet" onPress={() => setLater(true)}>
      {t('join.not-now')}
    </Button>
  );
  if (made) return <Codes {...made} />;
  if (later) return <NotNow of={of} inside={inside} onBack={() => setLater(false)} />;
  return (
    <main class="page">
      <div class={`hero${inside ? ' grow' : ''}`}>
        <Light cord />
        <Headline live>{t('join.head', { name })}</Headline>
        {of.greeting && <blockquote class="words">{t('join.greeting', { words: of.greeting })}</blockquote>}
        <p>{t('join.role-say', { name, role: role(of.role) })}</p>
        {!inside && <p class="soft small">{t('join.about')}</p>}
      </div>
      {inside ? (
        <div class="stack">
          <ErrorText>{message}</ErrorText>
          <Button kind="main" onPress={async () => setMessage(await onYes())}>
            {t('join.accept')}
          </Button>
          {notNow}
        </div>
      ) : (
        <>
          <ErrorText>{message}</ErrorText>
          <NewAccount possible={possible} invited onCodes={(codes, signInName) => setMade({ codes, signInName })} />
          <div class="two">
            <a class="btn quiet" href={to('sign-in')}>
              {t('join.have-account')}
            </a>
            {notNow}
          </div>
          {guests && (
            <Button kind="quiet" onPress={withoutApp}>
              {t('join.without-app')}
            </Button>
          )}
        </>
      )}
    </main>
  );
}

/** Declining for now loses nothing, and nobody is told. */
function NotNow({ of, inside, onBack }: { of: Preview; inside: boolean; onBack: () => void }) {
  return (
    <main class="page">
      <div class="hero grow">
        <Lamp state="dim big" />
        <Headline live>{t('join.not-now-head')}</Headline>
        <p>{t('join.not-now-say', { name: nameOf(of), time: moment(of.expires_at ?? '') })}</p>
      </div>
      <div class="stack">
        <Button onPress={onBack}>{t('join.not-now-back')}</Button>
        <a class="btn quiet" href={to()} onClick={dropInvitation}>
          {t(inside ? 'not-found.to-start' : 'join.to-start')}
        </a>
      </div>
    </main>
  );
}

const KNOWN_PROBLEMS: Record<string, readonly [Key, Key]> = {
  '/problems/invitation-not-valid': ['problem.invitation-not-valid', 'join.not-valid-say'],
  '/problems/own-invitation': ['join.own', 'join.own-say'],
  '/problems/already-in-circle': ['problem.already-in-circle', 'join.already-say'],
};

/** An unusable link is reported before anybody fills in a form for it. */
function CannotBeUsed({ error, inside, onAgain }: { error: unknown; inside: boolean; onAgain: () => Promise<void> }) {
  const words = KNOWN_PROBLEMS[problemType(error)];
  const own = problemType(error) === '/problems/own-invitation';
  return (
    <main class="page">
      <div class="hero grow">
        <Lamp state="dim big" />
        <Headline live>{words ? t(words[0]) : errorText(error)}</Headline>
        {words && <p>{t(words[1])}</p>}
        {words && !inside && <p class="soft">{t('join.not-valid-sign-in')}</p>}
      </div>
      <div class="stack">
        {!words && <Button onPress={onAgain}>{t('join.retry')}</Button>}
        {own && (
          <a class="btn" href={to('circle')}>
            {t('join.own-circle')}
          </a>
        )}
        {words && !inside && (
          <a class="btn" href={to('sign-in')}>
            {t('sign-in.button')}
          </a>
        )}
        {words && !own && (
          <a class="btn" href={to('link')}>
            {t('paste-link.another')}
          </a>
        )}
        <a class="btn quiet" href={to()} onClick={dropInvitation}>
          {t(inside ? 'not-found.to-start' : 'join.to-start')}
        </a>
      </div>
    </main>
  );
}
