// An invitation: who asks, yes or not now, and the two words that both compare.
import { useEffect, useState } from 'preact/hooks';
import { api, once, whole } from '../api/client';
import type { Schemas, Supported } from '../api/client';
import { newKey } from '../outbox/flush';
import { Button, Says, Switch, Wrong } from '../parts/basics';
import { Lamp, Light } from '../parts/lamp';
import { nameOf, role } from '../parts/people';
import { go, instead, to } from '../route';
import { state } from '../state/store';
import { say } from '../words';
import { wrong } from '../words/problem';
import { NotifyBanner } from './notify';
import { patch } from './settings';

// Kept for this tab only, on the way from the link through signing up to saying yes.
const SLOT = 'invitation';

export const invitation = (): string | null => sessionStorage.getItem(SLOT);

/** A link that cannot be used stands in nobody's way: without it, the next try makes an account. */
export const dropInvitation = (): void => sessionStorage.removeItem(SLOT);

/** After signing in: leads to the invitation that waits, if one does. */
export function takeUpInvitation(): boolean {
  const token = invitation();
  if (token) go('invitation', token);
  return token !== null;
}

export function Join({ token }: { token: string }) {
  const [found, setFound] = useState<Schemas['PreviewOut'] | null>(null);
  const [joined, setJoined] = useState<Supported | null>(null);
  const [said, setSaid] = useState('');
  const [key] = useState(newKey);
  const inside = state.session === 'in';
  useEffect(() => {
    if (!inside) return sessionStorage.setItem(SLOT, token);
    void (async () => {
      // Whoever signed up with the link has said yes already; then its words are what is wanted.
      const earlier = sessionStorage.getItem(SLOT) === token ? await api.GET('/v1/supporting', whole) : null;
      sessionStorage.removeItem(SLOT);
      const mine = earlier?.data?.items.find((item) => item.state === 'accepted' && item.words);
      const { data, error } = await api.POST('/v1/invitations/preview', { body: { token } });
      if (data) setFound(data);
      else if (mine) setJoined(mine);
      else setSaid(wrong(error));
    })();
  }, [token, inside]);

  const accept = async () => {
    const { data, error } = await api.POST('/v1/invitations/accept', { params: once(key), body: { token } });
    if (data) setJoined(data);
    else setSaid(wrong(error));
  };

  if (joined) return <TwoWords of={joined} />;
  const name = nameOf(found);
  return (
    <main class="page">
      <div class="hero grow">
        <Light cord />
        <Says live>{found ? say('join.head', { name }) : said || say('join.head-nobody')}</Says>
        {(found || !said) && <p>{found ? say('join.as', { name, role: role(found.role) }) : say('join.stranger')}</p>}
        {found && said && <Wrong>{said}</Wrong>}
      </div>
      <div class="stack">
        {!inside && (
          <>
            <a class="btn main" href={to('create-account')}>
              {say('join.new')}
            </a>
            <a class="btn" href={to('sign-in')}>
              {say('join.known')}
            </a>
          </>
        )}
        {inside && found && (
          <Button kind="main" onPress={accept}>
            {say('join.yes')}
          </Button>
        )}
        {inside && (
          <a class="btn quiet" href={to()}>
            {say(said ? 'gone.home' : 'join.no')}
          </a>
        )}
      </div>
    </main>
  );
}

/** What both sides say to each other before the confirm, and the question that decides most about the nights. */
function TwoWords({ of }: { of: Supported }) {
  const name = nameOf(of);
  return (
    <main class="page">
      <div class="hero grow">
        <Lamp state="lit big" />
        <Says small live>
          {say('join.words-head', { name })}
        </Says>
        <p class="say" lang="en">
          {of.words?.join(' ')}
        </p>
        <p class="soft">{say('join.words-say', { name })}</p>
      </div>
      <div class="card">
        <div class="line">
          <div>
            <p class="name">{say('join.wake')}</p>
            <p class="soft small">{say('join.wake-say', { name })}</p>
          </div>
          <Switch label={say('join.wake')} on={!!state.me?.wake_me} onChange={(wake_me) => patch({ wake_me })} />
        </div>
      </div>
      <NotifyBanner />
      <Button kind="main" onPress={() => instead()}>
        {say('join.done')}
      </Button>
    </main>
  );
}
