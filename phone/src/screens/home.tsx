// Home: the button, who can be reached now, and a word that lowers the barrier.

import { useRef } from 'preact/hooks';
import { api, whole } from '../api/client';
import { Headline } from '../components/basics';
import { Lamp, PorchButton } from '../components/lamp';
import { lazyScreen } from '../components/lazy-screen';
import { CallList, CircleLamps, LineButton, nameOf } from '../components/people';
import { Row } from '../components/rows';
import { StandingWords } from '../components/standing-words';
import { NEED_WORDS } from '../components/state-words';
import { useQuery } from '../components/use-query';
import type { ReachOut, Schemas } from '../contract/types';
import { activeMembers } from '../domain/circle';
import { answerOf, asksMeCalmly, myRecipient, waitingLongest } from '../domain/needs';
import type { Key } from '../i18n';
import { t } from '../i18n';
import { ago, clock } from '../i18n/format';
import { startPress } from '../store/press';
import { to } from '../store/router';
import { state } from '../store/store';
import { NotifyAsk } from './notify-ask';

const CalmDay = lazyScreen(async () => (await import('./later')).CalmDay, true);
const CalmCard = lazyScreen(async () => (await import('./later')).CalmCard, true);
const FirstWeekRow = lazyScreen(async () => (await import('./later')).FirstWeekRow, true);
const HelperHome = lazyScreen(async () => (await import('./later')).HelperHome);

export function Home() {
  const [bookends] = useQuery(() => api.GET('/v1/bookends', { params: { query: { open: true, mine: true } } }));
  const running = bookends?.items[0];
  const circle = activeMembers(state.circle);
  const reachable = circle.filter((member) => member.available_now).length;
  const newcomer = state.circle?.find((member) => member.state === 'accepted');
  // The vault says who is in the circle, but not who can be reached now.
  const known = state.online && state.refreshes > 0;
  const quiet = known && circle.length > 0 && !reachable;
  const empty = !!state.circle && !circle.length;
  const [links] = useQuery<{ items: Schemas['InvitationOut'][] }>(
    async () => (empty ? api.GET('/v1/invitations', whole) : {}),
    [empty],
  );
  const invited = empty ? links?.items[0] : undefined;
  if (state.circle && !circle.length && state.supporting.length) {
    return (
      <HelperHome people={state.supporting}>
        <NeededCards />
        <NewcomerCards />
      </HelperHome>
    );
  }
  const headline = () => {
    if (!state.online) return t('home.offline');
    if (!known || (empty && !links)) return ' ';
    if (invited && !newcomer)
      return invited.label ? t('circle.invitation-open', { name: invited.label }) : t('circle.invitation-open-unnamed');
    if (!circle.length) return t(newcomer ? 'home.almost' : 'home.empty');
    if (reachable) return t('home.reachable-count', { n: reachable });
    return t(circle.some((member) => member.reachable) ? 'home.quiet-hours' : 'home.nobody-reachable');
  };
  const nextStep = () => {
    if (empty)
      return newcomer ? null : (
        <a class="btn" href={invited ? to('circle') : to('circle', 'invite')}>
          {t(invited ? 'join.own-circle' : 'home.invite')}
        </a>
      );
    if (quiet) return <CallList people={circle} helplines={state.helplines} />;
    if (!circle.length || !(reachable || (state.online && !known))) return <LineButton helplines={state.helplines} />;
    return null;
  };
  // It may grow under a finger on its way to it, never shrink.
  const big = useRef(false);
  big.current ||= empty || quiet;
  const calm = !big.current;
  const encouragement = () => {
    if (empty && newcomer) return t('home.almost-say', { name: nameOf(newcomer) });
    if (empty) return t(invited ? 'home.invited-say' : 'home.empty-say');
    return t(quiet ? 'home.call-instead' : 'home.encouragement');
  };
  const bookend = running && (
    <a class="card row" href={to('bookends')}>
      <Row
        lamp={<Lamp state="lit" />}
        name={t(Date.parse(running.due_at) > state.now ? 'home.bookend-running' : 'bookend.due', {
          time: clock(running.due_at),
        })}
        says={running.what}
      />
    </a>
  );
  return (
    <main class={`page air${calm ? ' day' : ''}`}>
      <NeededCards />
      <NewcomerCards />
      {!calm && bookend}
      <div class="hero">
        <PorchButton label={t('press.button')} calm={calm} onPress={() => void startPress()} />
      </div>
      <section class="hero">
        {/* What somebody would do does not stand beside "No phone rings". */}
        {!quiet && <StandingWords />}
        <Headline small live>
          {headline()}
        </Headline>
        {!calm && circle.length > 0 && known && <CircleLamps of={circle} />}
        {!calm && <p class="soft">{encouragement()}</p>}
      </section>
      <CalmCard />
      {calm && bookend}
      {calm && state.circle && <CalmDay ways={known} bookend={!running} />}
      {nextStep()}
      {empty && <FirstWeekRow />}
      <NotifyAsk />
    </main>
  );
}

const MAX_CARDS = 3;

/**
 * Open reach-outs of others, above everything else: those that need me, longest waiting first, then those I have answered, then
 * whoever only asks.
 */
function NeededCards() {
  const waiting = waitingLongest(state.incoming, state.me?.id);
  const answered = state.incoming.filter((of) =>
    ['calling', 'soon', 'here'].includes(answerOf(myRecipient(of, state.me?.id)) ?? ''),
  );
  const asking = state.incoming.filter((of) => asksMeCalmly(of, state.me?.id));
  const sentence = (of: ReachOut): Key => {
    if (answered.includes(of)) return 'inbox.answering';
    return of.calm ? 'incoming-calm.head' : NEED_WORDS[of.need ?? 'company'].says;
  };
  return (
    <>
      {[...waiting.slice(0, MAX_CARDS), ...answered, ...asking].map((of) => (
        <a class={`card row${of.calm ? '' : ' warm'}`} key={of.id} href={to('reach-outs', of.id)}>
          <Row
            lamp={<Lamp state={answered.includes(of) ? 'bright' : 'lit'} />}
            name={t(sentence(of), { name: nameOf(of.from) })}
            says={asking.includes(of) ? t('notice-say.calm') : ago(of.created_at, state.now)}
          />
        </a>
      ))}
      {waiting.length > MAX_CARDS && (
        <a class="btn quiet" href={to('inbox')}>
          {t('home.more-waiting', { n: waiting.length - MAX_CARDS })}
        </a>
      )}
    </>
  );
}

/** People who have accepted my invitation and wait to be confirmed. */
function NewcomerCards() {
  return (
    <>
      {state.circle
        ?.filter((member) => member.state === 'accepted')
        .map((member) => (
          <a class="card warm row" key={member.id} href={to('circle')}>
            <span class="name">{t('home.said-yes', { name: nameOf(member) })}</span>
          </a>
        ))}
    </>
  );
}
