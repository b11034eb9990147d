// Somebody has answered: who, what they said they would do, and what to do if the two do not find each other.

import { api } from '../api/client';
import { Button, Says } from '../components/basics';
import { AskAgain, Okay, talking } from '../components/close-actions';
import { Light } from '../components/lamp';
import { Messages, Write } from '../components/messages';
import { Call, LineButton, nameOf, names } from '../components/people';
import { comes, Recipients } from '../components/recipients';
import { useAsked } from '../components/use-query';
import type { ReachOut, Recipient } from '../contract/types';
import { isPast, whoIsThere } from '../domain/lamps';
import { say } from '../i18n';
import { clock } from '../i18n/format';
import { look } from '../store/refresh';
import { state } from '../store/store';

export function There({ of }: { of: ReachOut }) {
  const [asked] = useAsked(
    () => api.GET('/v1/inbox', { params: { query: { kind: 'are_you_talking', limit: 20 } } }),
    [of.id],
  );
  const there = whoIsThere(of.recipients, state.now);
  const says = asked?.items.find(
    (notice) =>
      notice.reach_out_id === of.id &&
      of.recipients.some((one) => one.person.id === notice.from?.id && (one.answered_at ?? '') <= notice.created_at),
  )?.from?.id;
  const together = of.state === 'together';
  // Who says that we are talking goes first, and whom I am talking with before everybody.
  const first = there.find(({ person }) => person.id === (together ? of.together_with : says)) ?? there[0];
  if (!first) return null;
  const name = nameOf(first);
  const others = of.recipients.filter((recipient) => recipient !== first);
  const claims = of.state === 'answered' && first.person.id === says;
  const words = (
    <>
      {state.messages.length > 0 && <Messages messages={state.messages} />}
      <Write
        to={of.id}
        label={
          others.some(({ state: how }) => how !== 'queued') ? say('there.write-all') : say('there.write', { name })
        }
        onSent={look}
      />
    </>
  );
  const headline = () => {
    if (together) return say('there.together', { name });
    return claims ? say('there.are-you', { name }) : comes(first);
  };
  const explanation = () => {
    if (together) return say('there.stay');
    if (of.state === 'waiting') return asking(others);
    const close = first.answer === 'here' || claims || isPast(first, state.now) ? '' : say('there.close');
    return `${close} ${know(others, name)}`;
  };
  const writing = first.answer === 'here' || state.messages.length > 0;
  return (
    <main class="page">
      <section class="hero">
        <div class="halo here">
          <Light beams />
        </div>
        <Says live>{headline()}</Says>
        <p>{explanation()}</p>
        {!state.reached && <p role="status">{say('wait.away')}</p>}
      </section>
      {writing && words}
      <section class="stack">
        {together ? (
          <Okay main of={of} />
        ) : (
          <Button kind="main" onPress={() => talking(of, first.person.id)}>
            {say('how.talking')}
          </Button>
        )}
        {first.contact && (
          <div class="two">
            <Call number={first.contact}>{say('all.call', { name })}</Call>
            <Call text number={first.contact}>
              {say('all.text', { name })}
            </Call>
          </div>
        )}
        <AskAgain of={of} kind={together ? 'quiet' : ''}>
          {say(others.length ? 'there.ask' : 'wait.again')}
        </AskAgain>
        {!together && <LineButton helplines={of.helplines} />}
        {!together && <Okay of={of} />}
        {of.paused_until && <p class="soft small mid">{say('there.else', { time: clock(of.paused_until) })}</p>}
        {of.next_rung_at && <p class="soft small mid">{say('there.next', { time: clock(of.next_rung_at) })}</p>}
      </section>
      {others.length > 0 && <Recipients of={of} but={first} />}
      {!writing && words}
    </main>
  );
}

/** The ladder goes on beside an answer: whether a phone rings for it, or it lies in inboxes. */
function asking(others: Recipient[]): string {
  const open = others.filter(({ state: how }) => how !== 'declined' && how !== 'unreachable');
  if (!open.length) return '';
  return say(open.every(({ state: how }) => how === 'inbox_only') ? 'there.asking-quiet' : 'there.asking');
}

/** Who has learned that I am not alone. */
function know(others: Recipient[], name: string): string {
  const who = others.filter(({ state: how }) => ['handed', 'delivered', 'seen'].includes(how));
  return who.length ? say('there.know', { n: who.length, names: names(who), name }) : '';
}
