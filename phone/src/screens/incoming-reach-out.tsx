// Somebody would like my company: who, since when, what they wrote, and what I can say to it.
import { useEffect, useState } from 'preact/hooks';
import { api, once, whole } from '../api/client';
import { Back, Button, Says, Wrong } from '../components/basics';
import { Lamp } from '../components/lamp';
import { Messages, Write } from '../components/messages';
import { Call, dial, nameOf } from '../components/people';
import { Group, Item } from '../components/rows';
import { NEED_WORDS } from '../components/state-words';
import { useAsked } from '../components/use-query';
import type { Message, ReachOut, Recipient } from '../contract/types';
import { isPast, promisedAt } from '../domain/lamps';
import { myRecipient } from '../domain/needs';
import { say } from '../i18n';
import { ago, clock, day } from '../i18n/format';
import { wrong } from '../i18n/problem';
import { readShown } from '../store/mark-read';
import { look } from '../store/refresh';
import { to } from '../store/router';
import { state } from '../store/store';
import { Gone } from './not-found';

type Kind = NonNullable<Recipient['answer']>;
const SOON = 10;

/** The notices of this reach-out are read; the person who reached out sees that it was seen. */
async function seen(id: string): Promise<void> {
  if (await readShown((notice) => notice.reach_out_id === id)) await look();
}

export function Supporter({ id }: { id: string }) {
  const at = { path: { reach_out_id: id } };
  const [reachOut, again, gone] = useAsked(() => api.GET('/v1/reach-outs/{reach_out_id}', { params: at }), [id]);
  const [messages, readAgain] = useAsked(
    () => api.GET('/v1/reach-outs/{reach_out_id}/messages', { params: { ...at, ...whole.params } }),
    [id],
  );
  // Whenever the app looks again: there may have been no way to the server, or something new about it.
  useEffect(() => void seen(id), [id, state.looked]);
  if (!reachOut) return gone ? <Gone /> : <OnItsWay />;
  if (reachOut.from.id === state.me?.id) return <Own of={reachOut} messages={messages?.items ?? []} />;
  const name = nameOf(reachOut.from);
  const over = reachOut.closed_at !== null;
  const said = <Messages messages={messages?.items ?? []} />;
  // Until they have answered, the words are what the answer is about; later they are what the two write to one another.
  const first = !over && !myRecipient(reachOut, state.me?.id)?.answer;
  return (
    <main class="page">
      <Back href={to('inbox')}>
        {say('help.since', { time: clock(reachOut.created_at), ago: ago(reachOut.created_at, state.now) })}
      </Back>
      <section class="stack">
        <Says live>{sentence(reachOut, name)}</Says>
        {reachOut.note && <blockquote class="words">{reachOut.note}</blockquote>}
        {over && <p>{say(reachOut.outcome ? 'help.over-say' : 'help.over-ask', { name })}</p>}
      </section>
      {first && said}
      {!over && <Answer of={reachOut} name={name} onAnswer={() => Promise.all([again(), look()])} />}
      <Others of={reachOut} name={name} />
      {!over && <HowToHelp of={reachOut} />}
      <section class="stack">
        {(!over || !!messages?.items.length) && <h2 class="head">{say('help.messages')}</h2>}
        {!first && said}
        {!over && <Write to={id} label={say('there.write', { name })} onSent={readAgain} />}
      </section>
    </main>
  );
}

/** Not there yet. A page without a word would be the worst answer to a tap on somebody's name. */
function OnItsWay() {
  return (
    <main class="page">
      <Back href={to('inbox')}>{say('tab.inbox')}</Back>
      {!state.reached && <Says small>{say('all.no-way')}</Says>}
    </main>
  );
}

/** My own reach-out, looked back at. */
function Own({ of, messages }: { of: ReachOut; messages: Message[] }) {
  return (
    <main class="page">
      <Back href={to('inbox')}>{say('tab.inbox')}</Back>
      <Says>{say('own.head', { time: day(of.created_at) })}</Says>
      <p>{say('own.say')}</p>
      <Messages messages={messages} />
    </main>
  );
}

function sentence({ closed_at, outcome, need }: ReachOut, name: string): string {
  if (!closed_at) return say(NEED_WORDS[need ?? 'company'].says, { name });
  if (outcome === 'mistake') return say('help.over-mistake', { name });
  return say(outcome ? 'help.over-connected' : 'help.over-ended', { name });
}

function Answer({ of, name, onAnswer }: { of: ReachOut; name: string; onAnswer: () => unknown }) {
  const mine = myRecipient(of, state.me?.id);
  const [changing, setChanging] = useState(false);
  const [said, setSaid] = useState('');
  const [asked, setAsked] = useState(false);
  const at = { path: { reach_out_id: of.id } };
  const answer = async (kind: Kind) => {
    const asked = api.POST('/v1/reach-outs/{reach_out_id}/answers', {
      params: { ...at, ...once() },
      body: { kind, minutes: kind === 'soon' ? SOON : null },
      keepalive: true,
    });
    // The phone's own dialler comes up at once, on the same tap; the word that I call goes out meanwhile.
    if (kind === 'calling' && of.contact) location.href = `tel:${dial(of.contact)}`;
    const { error } = await asked;
    setSaid(wrong(error));
    setChanging(false);
    await onAnswer();
    if (kind === 'here') document.getElementById('write')?.focus();
  };
  const talking = async () => {
    const { error } = await api.POST('/v1/reach-outs/{reach_out_id}/together', { params: at });
    setSaid(wrong(error));
    setAsked(!error);
    await onAnswer();
  };
  const kind = mine?.answer;
  if (mine && kind && !changing) {
    const there = kind !== 'cannot';
    const together = there && of.state === 'together' && of.together_with === state.me?.id;
    return (
      <section class="stack" aria-label={say('help.answer')}>
        <div class="card" role="status">
          <div class="line">
            <Lamp state={there ? 'bright' : 'dim'} />
            <p>{together ? say('help.said-together', { name }) : told(mine, name)}</p>
          </div>
        </div>
        {there && of.contact && (
          <Call look="btn main" number={of.contact}>
            {say('all.call', { name })}
          </Call>
        )}
        {there && !of.contact && <p class="soft">{say('help.no-number', { name })}</p>}
        {there &&
          !together &&
          (asked ? (
            <p role="status">{say('help.asked-them', { name })}</p>
          ) : (
            <Button onPress={talking}>{say('how.talking')}</Button>
          ))}
        <Wrong>{said}</Wrong>
        <Button kind="quiet" onPress={() => setChanging(true)}>
          {say('help.change')}
        </Button>
      </section>
    );
  }
  return (
    <section class="stack" aria-label={say('help.answer')}>
      <Button kind="main" icon="call" onPress={() => answer('calling')}>
        {say('help.calling')}
      </Button>
      <div class="two">
        <Button onPress={() => answer('soon')}>{say('help.soon')}</Button>
        <Button onPress={() => answer('here')}>{say('help.here')}</Button>
      </div>
      <Button kind="quiet" onPress={() => answer('cannot')}>
        {say('help.cannot')}
      </Button>
      <Wrong>{said}</Wrong>
    </section>
  );
}

/** What I have said, with its own time; once that is over, that I have said it. */
function told(mine: Recipient, name: string): string {
  const time = clock(promisedAt(mine));
  if (isPast(mine, state.now))
    return say(mine.answer === 'soon' ? 'help.soon-past' : 'help.calling-past', { name, time });
  const kind = mine.answer ?? 'cannot';
  return say(`help-said.${kind}`, { name, time });
}

/** The same of somebody else who has answered. */
function does(other: Recipient): string {
  const time = clock(promisedAt(other));
  if (other.answer === 'here') return say('help.is-here');
  if (isPast(other, state.now)) return say('help.is-past', { time });
  return say(other.answer === 'soon' ? 'help.is-soon' : 'help.is-calling', { time });
}

function Others({ of, name }: { of: ReachOut; name: string }) {
  const there = of.recipients.filter(({ state: how, person }) => how === 'answered' && person.id !== state.me?.id);
  if (!there.length) return null;
  return (
    <Group head={say('help.others', { name })}>
      {there.map((other) => (
        <Item key={other.person.id} lamp={<Lamp ring state="bright s4" />} name={nameOf(other)} says={does(other)} />
      ))}
    </Group>
  );
}

function HowToHelp({ of }: { of: ReachOut }) {
  const line = of.helplines.lines.find((one) => one.phone);
  return (
    <section class="card">
      <h2 class="head">{say('help.how')}</h2>
      <ol class="stack">
        {([1, 2, 3] as const).map((step) => (
          <li key={step}>{say(`help-how.${step}`)}</li>
        ))}
      </ol>
      {line?.phone && <Call number={line.phone}>{say('help.line', { name: line.name })}</Call>}
    </section>
  );
}
