// Home: the button, who can be reached now, and a word that lowers the barrier.
import { api } from '../api/client';
import { Says } from '../components/basics';
import { Lamp, PorchButton } from '../components/lamp';
import { later } from '../components/lazy-screen';
import { CallList, LineButton, nameOf } from '../components/people';
import { Row } from '../components/rows';
import { NEED_WORDS } from '../components/state-words';
import { useAsked } from '../components/use-query';
import { memberLamp } from '../domain/lamps';
import { myRecipient, waitingLongest } from '../domain/needs';
import { say } from '../i18n';
import { ago, clock } from '../i18n/format';
import { keepPress } from '../store/press';
import { to } from '../store/router';
import { state } from '../store/store';
import { NotifyAsk } from './notify-ask';

const HelperHome = later(async () => (await import('./helper-home')).HelperHome);

export function Home() {
  const [bookends] = useAsked(() => api.GET('/v1/bookends', { params: { query: { open: true, mine: true } } }));
  const running = bookends?.items[0];
  const circle = (state.circle ?? []).filter((member) => member.state === 'active');
  const reachable = circle.filter((member) => member.available_now).length;
  // What the phone has kept says who is in the circle, never who can be reached now.
  const known = state.reached && state.looked > 0;
  const quiet = known && circle.length > 0 && !reachable;
  if (state.circle && !circle.length && state.supporting.length) {
    return (
      <HelperHome people={state.supporting}>
        <Needed />
        <SaidYes />
      </HelperHome>
    );
  }
  const headline = () => {
    if (!state.reached) return say('home.offline');
    if (!known) return ' ';
    if (!circle.length) return say('home.empty');
    if (reachable) return say('home.reach', { n: reachable });
    return say(circle.some((member) => member.reachable) ? 'home.quiet' : 'home.none');
  };
  const empty = !!state.circle && !circle.length;
  const nextStep = () => {
    if (empty)
      return (
        <a class="btn" href={to('circle')}>
          {say('home.invite')}
        </a>
      );
    if (quiet) return <CallList people={circle} helplines={state.helplines} />;
    if (!circle.length || !(reachable || (state.reached && !known))) return <LineButton helplines={state.helplines} />;
    return running ? null : (
      <a class="btn quiet" href={to('bookends')}>
        {say('home.bookend')}
      </a>
    );
  };
  const encouragement = quiet ? 'home.none-say' : 'home.gladder';
  return (
    <main class="page air">
      <Needed />
      <SaidYes />
      {running && (
        <a class="card row" href={to('bookends')}>
          <Row
            lamp={<Lamp state="lit" />}
            name={say(Date.parse(running.due_at) > state.now ? 'home.running' : 'bookend.due', {
              time: clock(running.due_at),
            })}
            says={running.what}
          />
        </a>
      )}
      <div class="hero">
        <PorchButton label={say('press.button')} onPress={() => void keepPress()} />
      </div>
      <section class="hero">
        <Says small live>
          {headline()}
        </Says>
        {circle.length > 0 && known && (
          <ul class="lamps">
            {circle.map((member) => (
              <li key={member.id}>
                <Lamp state={memberLamp(member)} />
                <span>
                  {nameOf(member)}
                  <span class="sr">{say(member.available_now ? 'home.reachable' : 'home.unreachable')}</span>
                </span>
              </li>
            ))}
          </ul>
        )}
        <p class="soft">{say(empty ? 'home.empty-say' : encouragement)}</p>
      </section>
      {nextStep()}
      <NotifyAsk />
    </main>
  );
}

const CARDS = 3;

/** Those who would like my company, and those I am there for: that goes before everything else, and who waits longest first. */
function Needed() {
  const waiting = waitingLongest(state.needed, state.me?.id);
  const mine = state.needed.filter((of) =>
    ['calling', 'soon', 'here'].includes(myRecipient(of, state.me?.id)?.answer ?? ''),
  );
  return (
    <>
      {[...waiting.slice(0, CARDS), ...mine].map((of) => (
        <a class="card warm row" key={of.id} href={to('reach-outs', of.id)}>
          <Row
            lamp={<Lamp state={waiting.includes(of) ? 'lit' : 'bright'} />}
            name={say(waiting.includes(of) ? NEED_WORDS[of.need ?? 'company'].says : 'inbox.mine', {
              name: nameOf(of.from),
            })}
            says={ago(of.created_at, state.now)}
          />
        </a>
      ))}
      {waiting.length > CARDS && (
        <a class="btn quiet" href={to('inbox')}>
          {say('home.more', { n: waiting.length - CARDS })}
        </a>
      )}
    </>
  );
}

/** Somebody has said yes to me, and waits for my confirm: their word goes before "empty". */
function SaidYes() {
  return (
    <>
      {state.circle
        ?.filter((member) => member.state === 'accepted')
        .map((member) => (
          <a class="card warm row" key={member.id} href={to('circle')}>
            <span class="name">{say('home.said-yes', { name: nameOf(member) })}</span>
          </a>
        ))}
    </>
  );
}
