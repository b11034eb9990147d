// An invitation: the link is looked at first, then who asks and for what, then yes or not now.
import { useEffect, useState } from 'preact/hooks';
import { api, once } from '../api/client';
import { Button, ErrorText, Headline } from '../components/basics';
import { Lamp, Light } from '../components/lamp';
import { nameOf, role } from '../components/people';
import type { Schemas } from '../contract/types';
import { NETWORK_ERROR, problemType } from '../domain/problems';
import type { Key } from '../i18n';
import { t } from '../i18n';
import { errorText } from '../i18n/problem';
import { moment } from '../i18n/span';
import { newKey } from '../platform/random-key';
import { keep, kept } from '../platform/slots';
import { go, to } from '../store/router';
import { state } from '../store/store';
import type { Membership } from './joined';
import { Joined } from './joined';

// Kept for this tab only, on the way from the link through signing up to saying yes.
const SLOT = 'invitation';

export const invitation = (): string | null => kept(SLOT, 'sessionStorage');

/** A link that cannot be used stands in nobody's way: without it, the next try makes an account. */
export const dropInvitation = (): void => keep(SLOT, null, 'sessionStorage');

/** After signing in: leads to the invitation that waits, if one does. */
export function takeUpInvitation(): boolean {
  const token = invitation();
  if (token) go('invitation', token);
  return token !== null;
}

type Preview = Schemas['PreviewOut'];

export function Join({ token }: { token: string }) {
  const [preview, setPreview] = useState<Preview>();
  const [error, setError] = useState<unknown>();
  const [joined, setJoined] = useState<Membership>();
  // Whoever comes back to the link in this tab has signed up or signed in for it just now.
  const [fresh, setFresh] = useState(() => invitation() === token);
  const [key] = useState(newKey);
  const inside = state.session === 'in';
  const look = async () => {
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
    keep(SLOT, inside ? null : token, 'sessionStorage');
    void look();
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
  if (error) return <CannotBeUsed error={error} inside={inside} onAgain={look} />;
  // Before anything is asked of anybody, the link is looked at.
  if (!preview || joined) return <main class="page" aria-busy="true" />;
  return <Question of={preview} inside={inside} onYes={accept} />;
}

function Question({ of, inside, onYes }: { of: Preview; inside: boolean; onYes: () => Promise<string> }) {
  const [later, setLater] = useState(false);
  const [message, setMessage] = useState('');
  const name = nameOf(of);
  const notNow = (
    <Button kind="quiet" onPress={() => setLater(true)}>
      {t('join.not-now')}
    </Button>
  );
  if (later) return <NotNow of={of} inside={inside} onBack={() => setLater(false)} />;
  return (
    <main class="page">
      <div class="hero grow">
        <Light cord />
        <Headline live>{t('join.head', { name })}</Headline>
        <p>{t('join.role-say', { name, role: role(of.role) })}</p>
        {!inside && <p class="soft">{t('join.about')}</p>}
      </div>
      <div class="stack">
        <ErrorText>{message}</ErrorText>
        {inside ? (
          <Button kind="main" onPress={async () => setMessage(await onYes())}>
            {t('join.accept')}
          </Button>
        ) : (
          <>
            <a class="btn main" href={to('create-account')}>
              {t('join.create-account')}
            </a>
            <a class="btn" href={to('sign-in')}>
              {t('join.have-account')}
            </a>
            <p class="soft small mid">{t('join.what-is-needed')}</p>
          </>
        )}
        {notNow}
      </div>
    </main>
  );
}

/** Nothing is lost with it, and nobody is told. */
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

const HEADS: Record<string, readonly [Key, Key]> = {
  '/problems/invitation-not-valid': ['problem.invitation-not-valid', 'join.not-valid-say'],
  '/problems/own-invitation': ['join.own', 'join.own-say'],
  '/problems/already-in-circle': ['problem.already-in-circle', 'join.already-say'],
};

/** Said at once, before anybody fills in a form for nothing. */
function CannotBeUsed({ error, inside, onAgain }: { error: unknown; inside: boolean; onAgain: () => Promise<void> }) {
  const known = HEADS[problemType(error)];
  const own = problemType(error) === '/problems/own-invitation';
  return (
    <main class="page">
      <div class="hero grow">
        <Lamp state="dim big" />
        <Headline live>{known ? t(known[0]) : errorText(error)}</Headline>
        {known && <p>{t(known[1])}</p>}
        {known && !inside && <p class="soft">{t('join.not-valid-sign-in')}</p>}
      </div>
      <div class="stack">
        {!known && <Button onPress={onAgain}>{t('join.retry')}</Button>}
        {own && (
          <a class="btn" href={to('circle')}>
            {t('join.own-circle')}
          </a>
        )}
        {known && !inside && (
          <a class="btn" href={to('sign-in')}>
            {t('sign-in.button')}
          </a>
        )}
        {known && !own && (
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
