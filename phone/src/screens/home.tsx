// Home: the button, who can be reached now, and a word that lowers the barrier.

import { useRef } from 'preact/hooks';
import { api } from '../api/client';
import { Headline } from '../components/basics';
import { Lamp, PorchButton } from '../components/lamp';
import { lazyScreen } from '../components/lazy-screen';
import { CallList, CircleLamps, LineButton, nameOf } from '../components/people';
import { Row } from '../components/rows';
import { StandingWords } from '../components/standing-words';
import { NEED_WORDS } from '../components/state-words';
import { useQuery } from '../components/use-query';
import { activeMembers } from '../domain/circle';
import { myRecipient, waitingLongest } from '../domain/needs';
import { t } from '../i18n';
import { ago, clock } from '../i18n/format';
import { startPress } from '../store/press';
import { to } from '../store/router';
import { state } from '../store/store';
import { NotifyAsk } from './notify-ask';

const CalmDay = lazyScreen(async () => (await import('./calm-day')).CalmDay, true);
const FirstWeekRow = lazyScreen(async () => (await import('./first-week')).FirstWeekRow, true);
const HelperHome = lazyScreen(async () => (await import('./helper-home')).HelperHome);

export function Home() {
  const [bookends] = useQuery(() => api.GET('/v1/bookends', { params: { query: { open: true, mine: true } } }));
  const running = bookends?.items[0];
  const circle = activeMembers(state.circle);
  const reachable = circle.filter((member) => member.available_now).length;
  // The vault says who is in the circle, but not who can be reached now.
  const known = state.online && state.refreshes > 0;
  const quiet = known && circle.length > 0 && !reachable;
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
    if (!known) return ' ';
    if (!circle.length) return t('home.empty');
    if (reachable) return t('home.reachable-count', { n: reachable });
    return t(circle.some((member) => member.reachable) ? 'home.quiet-hours' : 'home.nobody-reachable');
  };
  const empty = !!state.circle && !circle.length;
  const nextStep = () => {
    if (empty)
      return (
        <a class="btn" href={to('circle')}>
          {t('home.invite')}
        </a>
      );
    if (quiet) return <CallList people={circle} helplines={state.helplines} />;
    if (!circle.length || !(reachable || (state.online && !known))) return <LineButton helplines={state.helplines} />;
    return running ? null : (
      <a class="btn quiet" href={to('bookends')}>
        {t('home.bookend')}
      </a>
    );
  };
  // It may grow under a finger on its way to it, never shrink.
  const big = useRef(false);
  big.current ||= empty || quiet;
  const calm = !big.current;
  const encouragement = quiet ? 'home.call-instead' : 'home.encouragement';
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
        <StandingWords />
        <Headline small live>
          {headline()}
        </Headline>
        {!calm && circle.length > 0 && known && <CircleLamps of={circle} />}
        {!calm && <p class="soft">{t(empty ? 'home.empty-say' : encouragement)}</p>}
      </section>
      {calm && bookend}
      {calm && <CalmDay />}
      {nextStep()}
      {empty && <FirstWeekRow />}
      <NotifyAsk />
    </main>
  );
}

const MAX_CARDS = 3;

/** Open reach-outs of others, above everything else: those that need me, longest waiting first, then those I have answered. */
function NeededCards() {
  const waiting = waitingLongest(state.incoming, state.me?.id);
  const answered = state.incoming.filter((of) =>
    ['calling', 'soon', 'here'].includes(myRecipient(of, state.me?.id)?.answer ?? ''),
  );
  return (
    <>
      {[...waiting.slice(0, MAX_CARDS), ...answered].map((of) => (
        <a class="card warm row" key={of.id} href={to('reach-outs', of.id)}>
          <Row
            lamp={<Lamp state={waiting.includes(of) ? 'lit' : 'bright'} />}
            name={t(waiting.includes(of) ? NEED_WORDS[of.need ?? 'company'].says : 'inbox.answering', {
              name: nameOf(of.from),
            })}
            says={ago(of.created_at, state.now)}
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
