// An invitation: the link is looked at first, then who asks and for what, then yes or not now.
import { useEffect, useState } from 'preact/hooks';
import { api, once } from '../api/client';
import { Button, Says, Wrong } from '../components/basics';
import { Lamp, Light } from '../components/lamp';
import { nameOf, role } from '../components/people';
import type { Schemas } from '../contract/types';
import { NETWORK_ERROR, problemType } from '../domain/problems';
import type { Key } from '../i18n';
import { say } from '../i18n';
import { wrong } from '../i18n/problem';
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

type Found = Schemas['PreviewOut'];

export function Join({ token }: { token: string }) {
  const [found, setFound] = useState<Found>();
  const [error, setError] = useState<unknown>();
  const [joined, setJoined] = useState<Membership>();
  // Whoever comes back to the link in this tab has signed up or signed in for it just now.
  const [fresh, setFresh] = useState(() => invitation() === token);
  const [key] = useState(newKey);
  const inside = state.session === 'in';
  const look = async () => {
    const { data: preview, error } = await api.POST('/v1/invitations/preview', { body: { token } });
    setError(error);
    setFound(preview);
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
    } else if (problemType(error) === NETWORK_ERROR) return wrong(error);
    else setError(error);
    return '';
  };

  if (joined && inside) return <Joined of={joined} fresh={fresh} />;
  if (error) return <CannotBeUsed error={error} inside={inside} onAgain={look} />;
  // Before anything is asked of anybody, the link is looked at.
  if (!found || joined) return <main class="page" aria-busy="true" />;
  return <Question of={found} inside={inside} onYes={accept} />;
}

function Question({ of, inside, onYes }: { of: Found; inside: boolean; onYes: () => Promise<string> }) {
  const [later, setLater] = useState(false);
  const [said, setSaid] = useState('');
  const name = nameOf(of);
  const notNow = (
    <Button kind="quiet" onPress={() => setLater(true)}>
      {say('join.no')}
    </Button>
  );
  if (later) return <NotNow of={of} inside={inside} onBack={() => setLater(false)} />;
  return (
    <main class="page">
      <div class="hero grow">
        <Light cord />
        <Says live>{say('join.head', { name })}</Says>
        <p>{say('join.as', { name, role: role(of.role) })}</p>
        {!inside && <p class="soft">{say('join.what')}</p>}
      </div>
      <div class="stack">
        <Wrong>{said}</Wrong>
        {inside ? (
          <Button kind="main" onPress={async () => setSaid(await onYes())}>
            {say('join.yes')}
          </Button>
        ) : (
          <>
            <a class="btn main" href={to('create-account')}>
              {say('join.new')}
            </a>
            <a class="btn" href={to('sign-in')}>
              {say('join.known')}
            </a>
            <p class="soft small mid">{say('join.asked')}</p>
          </>
        )}
        {notNow}
      </div>
    </main>
  );
}

/** Nothing is lost with it, and nobody is told. */
function NotNow({ of, inside, onBack }: { of: Found; inside: boolean; onBack: () => void }) {
  return (
    <main class="page">
      <div class="hero grow">
        <Lamp state="dim big" />
        <Says live>{say('join.later-head')}</Says>
        <p>{say('join.later', { name: nameOf(of), time: moment(of.expires_at ?? '') })}</p>
      </div>
      <div class="stack">
        <Button onPress={onBack}>{say('join.later-back')}</Button>
        <a class="btn quiet" href={to()} onClick={dropInvitation}>
          {say(inside ? 'gone.home' : 'join.start')}
        </a>
      </div>
    </main>
  );
}

const HEADS: Record<string, readonly [Key, Key]> = {
  '/problems/invitation-not-valid': ['problem.invitation-not-valid', 'join.gone'],
  '/problems/own-invitation': ['join.own', 'join.own-say'],
  '/problems/already-in-circle': ['problem.already-in-circle', 'join.there'],
};

/** Said at once, before anybody fills in a form for nothing. */
function CannotBeUsed({ error, inside, onAgain }: { error: unknown; inside: boolean; onAgain: () => Promise<void> }) {
  const known = HEADS[problemType(error)];
  const own = problemType(error) === '/problems/own-invitation';
  return (
    <main class="page">
      <div class="hero grow">
        <Lamp state="dim big" />
        <Says live>{known ? say(known[0]) : wrong(error)}</Says>
        {known && <p>{say(known[1])}</p>}
        {known && !inside && <p class="soft">{say('join.gone-known')}</p>}
      </div>
      <div class="stack">
        {!known && <Button onPress={onAgain}>{say('join.again')}</Button>}
        {own && (
          <a class="btn" href={to('circle')}>
            {say('join.own-circle')}
          </a>
        )}
        {known && !inside && (
          <a class="btn" href={to('sign-in')}>
            {say('sign-in.button')}
          </a>
        )}
        {known && !own && (
          <a class="btn" href={to('link')}>
            {say('link.other')}
          </a>
        )}
        <a class="btn quiet" href={to()} onClick={dropInvitation}>
          {say(inside ? 'gone.home' : 'join.start')}
        </a>
      </div>
    </main>
  );
}
