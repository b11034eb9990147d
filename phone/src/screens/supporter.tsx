// Somebody would like my company: who, since when, what they wrote, and what I can say to it.
import { useEffect, useState } from 'preact/hooks';
import { api, once, whole } from '../api/client';
import type { Message, ReachOut, Recipient } from '../api/client';
import { useAsked } from '../parts/asked';
import { Back, Button, Says, Wrong } from '../parts/basics';
import { Lamp } from '../parts/lamp';
import { Messages, Write } from '../parts/messages';
import { Call, dial, nameOf } from '../parts/people';
import { Group, Item } from '../parts/rows';
import { to } from '../route';
import { look } from '../state/everything';
import { mineIn, NEEDS } from '../state/needed';
import { readShown } from '../state/read';
import { state } from '../state/store';
import { say } from '../words';
import { ago, clock, day } from '../words/format';
import { wrong } from '../words/problem';
import { Gone } from './gone';

type Kind = NonNullable<Recipient['answer']>;
const SOON = 10;
const MINUTE_MS = 60_000;

/** The notices of this reach-out are read; the person who reached out sees that it was seen. */
async function seen(id: string): Promise<void> {
  if (await readShown((notice) => notice.reach_out_id === id)) await look();
}

export function Supporter({ id }: { id: string }) {
  const at = { path: { reach_out_id: id } };
  const [reachOut, again, gone] = useAsked(() => api.GET('/v1/reach-outs/{reach_out_id}', { params: at }), [id]);
  const [messages, readAgain] = useAsked(() => api.GET('/v1/reach-outs/{reach_out_id}/messages', { params: { ...at, ...whole.params } }), [id]);
  // Whenever the app looks again: there may have been no way to the server, or something new about it.
  useEffect(() => void seen(id), [id, state.looked]);
  if (!reachOut) return gone ? <Gone /> : <OnItsWay />;
  if (reachOut.from.id === state.me?.id) return <Own of={reachOut} messages={messages?.items ?? []} />;
  const name = nameOf(reachOut.from);
  const over = reachOut.closed_at !== null;
  const said = <Messages messages={messages?.items ?? []} />;
  // Until they have answered, the words are what the answer is about; later they are what the two write to one another.
  const first = !over && !mineIn(reachOut)?.answer;
  return (
    <main class="page">
      <Back href={to('inbox')}>{say('help.since', { time: clock(reachOut.created_at), ago: ago(reachOut.created_at, state.now) })}</Back>
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
  if (!closed_at) return say(NEEDS[need ?? 'company'].says, { name });
  return say(outcome === 'mistake' ? 'help.over-mistake' : outcome ? 'help.over-connected' : 'help.over-ended', { name });
}

function Answer({ of, name, onAnswer }: { of: ReachOut; name: string; onAnswer: () => unknown }) {
  const mine = mineIn(of);
  const [changing, setChanging] = useState(false);
  const [said, setSaid] = useState('');
  const at = { path: { reach_out_id: of.id } };
  const answer = async (kind: Kind) => {
    const asked = api.POST('/v1/reach-outs/{reach_out_id}/answers', { params: { ...at, ...once() }, body: { kind, minutes: kind === 'soon' ? SOON : null }, keepalive: true });
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
    await onAnswer();
  };
  const kind = mine?.answer;
  if (kind && !changing) {
    const time = clock(Date.now() + (mine?.minutes ?? 0) * MINUTE_MS);
    const there = kind !== 'cannot';
    return (
      <section class="stack" aria-label={say('help.answer')}>
        <div class="card" role="status">
          <div class="line">
            <Lamp state={there ? 'bright' : 'dim'} />
            <p>{of.state === 'together' && there ? say('help.said-together', { name }) : say(`help-said.${kind}`, { name, time })}</p>
          </div>
        </div>
        {there && of.contact && (
          <Call look="btn main" number={of.contact}>
            {say('all.call', { name })}
          </Call>
        )}
        {there && !of.contact && <p class="soft">{say('help.no-number', { name })}</p>}
        {there && of.state !== 'together' && <Button onPress={talking}>{say('how.talking')}</Button>}
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

function Others({ of, name }: { of: ReachOut; name: string }) {
  const there = of.recipients.filter(({ state: how, person }) => how === 'answered' && person.id !== state.me?.id);
  if (!there.length) return null;
  return (
    <Group head={say('help.others', { name })}>
      {there.map((other) => (
        <Item key={other.person.id} lamp={<Lamp ring state="bright s4" />} name={nameOf(other)} says={other.answer === 'soon' ? say('answer.soon', { n: other.minutes ?? SOON }) : say(other.answer === 'here' ? 'help.is-here' : 'help.is-calling')} />
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

