// Somebody would like my company: who, since when, what they wrote, and my possible answers.
import { useEffect, useState } from 'preact/hooks';
import { api, once, whole } from '../api/client';
import { Back, Button, ErrorText, Headline } from '../components/basics';
import { Lamp } from '../components/lamp';
import { Messages, Write } from '../components/messages';
import { Call, dial, nameOf } from '../components/people';
import { Group, Item } from '../components/rows';
import { NEED_WORDS } from '../components/state-words';
import { useQuery } from '../components/use-query';
import type { Message, ReachOut, Recipient } from '../contract/types';
import { isPast, promisedAt } from '../domain/lamps';
import { myRecipient } from '../domain/needs';
import { t } from '../i18n';
import { ago, clock, day } from '../i18n/format';
import { errorText } from '../i18n/problem';
import { readShown } from '../store/mark-read';
import { refresh } from '../store/refresh';
import { to } from '../store/router';
import { state } from '../store/store';
import { NotFound } from './not-found';

type Kind = NonNullable<Recipient['answer']>;
const SOON = 10;

/** Mark the notices of this reach-out as read; the person who reached out then sees that it was seen. */
async function markSeen(id: string): Promise<void> {
  if (await readShown((notice) => notice.reach_out_id === id)) await refresh();
}

export function IncomingReachOut({ id }: { id: string }) {
  const at = { path: { reach_out_id: id } };
  const [reachOut, refetch, notFound] = useQuery(() => api.GET('/v1/reach-outs/{reach_out_id}', { params: at }), [id]);
  const [messages, refetchMessages] = useQuery(
    () => api.GET('/v1/reach-outs/{reach_out_id}/messages', { params: { ...at, ...whole.params } }),
    [id],
  );
  // After every refresh: the server may have been out of reach before, or there may be a new notice.
  useEffect(() => void markSeen(id), [id, state.refreshes]);
  if (!reachOut) return notFound ? <NotFound /> : <Loading />;
  if (reachOut.from.id === state.me?.id) return <OwnReachOut of={reachOut} messages={messages?.items ?? []} />;
  const name = nameOf(reachOut.from);
  const over = reachOut.closed_at !== null;
  const conversation = <Messages messages={messages?.items ?? []} />;
  // Before I answer, the messages explain the reach-out, so they come first; later they are a conversation.
  const first = !over && !myRecipient(reachOut, state.me?.id)?.answer;
  return (
    <main class="page">
      <Back href={to('inbox')}>
        {t('incoming.since', { time: clock(reachOut.created_at), ago: ago(reachOut.created_at, state.now) })}
      </Back>
      <section class="stack">
        <Headline live>{sentence(reachOut, name)}</Headline>
        {reachOut.note && <blockquote class="words">{reachOut.note}</blockquote>}
        {over && <p>{t(reachOut.outcome ? 'incoming.over-say' : 'incoming.over-ask', { name })}</p>}
      </section>
      {first && conversation}
      {!over && <Answer of={reachOut} name={name} onAnswer={() => Promise.all([refetch(), refresh()])} />}
      <Others of={reachOut} name={name} />
      {!over && <HowToHelp of={reachOut} />}
      <section class="stack">
        {(!over || !!messages?.items.length) && <h2 class="head">{t('incoming.messages')}</h2>}
        {!first && conversation}
        {!over && <Write to={id} label={t('answered.write', { name })} onSent={refetchMessages} />}
      </section>
    </main>
  );
}

/** Still loading; offline it says so, since an empty page would be the worst reply to a tap on somebody's name. */
function Loading() {
  return (
    <main class="page">
      <Back href={to('inbox')}>{t('tab.inbox')}</Back>
      {!state.online && <Headline small>{t('all.network-error')}</Headline>}
    </main>
  );
}

/** My own reach-out, looked back at. */
function OwnReachOut({ of, messages }: { of: ReachOut; messages: Message[] }) {
  return (
    <main class="page">
      <Back href={to('inbox')}>{t('tab.inbox')}</Back>
      <Headline>{t('own-reach-out.head', { time: day(of.created_at) })}</Headline>
      <p>{t('own-reach-out.say')}</p>
      <Messages messages={messages} />
    </main>
  );
}

function sentence({ closed_at, outcome, need }: ReachOut, name: string): string {
  if (!closed_at) return t(NEED_WORDS[need ?? 'company'].says, { name });
  if (outcome === 'mistake') return t('incoming.over-mistake', { name });
  return t(outcome ? 'incoming.over-connected' : 'incoming.over-ended', { name });
}

function Answer({ of, name, onAnswer }: { of: ReachOut; name: string; onAnswer: () => unknown }) {
  const recipient = myRecipient(of, state.me?.id);
  const [changing, setChanging] = useState(false);
  const [message, setMessage] = useState('');
  const [claimed, setClaimed] = useState(false);
  const at = { path: { reach_out_id: of.id } };
  const answer = async (kind: Kind) => {
    const request = api.POST('/v1/reach-outs/{reach_out_id}/answers', {
      params: { ...at, ...once() },
      body: { kind, minutes: kind === 'soon' ? SOON : null },
      keepalive: true,
    });
    // The phone's dialler opens at once, on the same tap, while the answer is sent.
    if (kind === 'calling' && of.contact) location.href = `tel:${dial(of.contact)}`;
    const { error } = await request;
    setMessage(errorText(error));
    setChanging(false);
    await onAnswer();
    if (kind === 'here') document.getElementById('write')?.focus();
  };
  const talking = async () => {
    const { error } = await api.POST('/v1/reach-outs/{reach_out_id}/together', { params: at });
    setMessage(errorText(error));
    setClaimed(!error);
    await onAnswer();
  };
  const kind = recipient?.answer;
  if (recipient && kind && !changing) {
    const isThere = kind !== 'cannot';
    const together = isThere && of.state === 'together' && of.together_with === state.me?.id;
    return (
      <section class="stack" aria-label={t('incoming.answer')}>
        <div class="card" role="status">
          <div class="line">
            <Lamp state={isThere ? 'bright' : 'dim'} />
            <p>{together ? t('incoming.together', { name }) : ownAnswer(recipient, name)}</p>
          </div>
        </div>
        {of.how_to_help && (
          <div class="card">
            <h2 class="head">{t('how-to-help.head', { name })}</h2>
            <blockquote class="words">{of.how_to_help}</blockquote>
          </div>
        )}
        {isThere && of.contact && (
          <Call look="btn main" number={of.contact}>
            {t('all.call', { name })}
          </Call>
        )}
        {isThere && !of.contact && <p class="soft">{t('incoming.no-number', { name })}</p>}
        {isThere &&
          !together &&
          (claimed ? (
            <p role="status">{t('incoming.together-asked', { name })}</p>
          ) : (
            <Button onPress={talking}>{t('close.talking')}</Button>
          ))}
        <ErrorText>{message}</ErrorText>
        <Button kind="quiet" onPress={() => setChanging(true)}>
          {t('incoming.change-answer')}
        </Button>
      </section>
    );
  }
  return (
    <section class="stack" aria-label={t('incoming.answer')}>
      <Button kind="main" icon="call" onPress={() => answer('calling')}>
        {t('incoming.calling')}
      </Button>
      <div class="two">
        <Button onPress={() => answer('soon')}>{t('incoming.soon')}</Button>
        <Button onPress={() => answer('here')}>{t('incoming.here')}</Button>
      </div>
      <Button kind="quiet" onPress={() => answer('cannot')}>
        {t('incoming.cannot')}
      </Button>
      <ErrorText>{message}</ErrorText>
    </section>
  );
}

/** My own answer with its time; in the past tense once that time is over. */
function ownAnswer(recipient: Recipient, name: string): string {
  const time = clock(promisedAt(recipient));
  if (isPast(recipient, state.now))
    return t(recipient.answer === 'soon' ? 'incoming.soon-past' : 'incoming.calling-past', { name, time });
  const kind = recipient.answer ?? 'cannot';
  return t(`incoming-answered.${kind}`, { name, time });
}

/** The same for somebody else who has answered. */
function otherAnswer(other: Recipient): string {
  const time = clock(promisedAt(other));
  if (other.answer === 'here') return t('incoming.other-here');
  if (isPast(other, state.now)) return t('incoming.other-past', { time });
  return t(other.answer === 'soon' ? 'incoming.other-soon' : 'incoming.other-calling', { time });
}

function Others({ of, name }: { of: ReachOut; name: string }) {
  const answering = of.recipients.filter(
    ({ state: recipientState, person }) => recipientState === 'answered' && person.id !== state.me?.id,
  );
  if (!answering.length) return null;
  return (
    <Group head={t('incoming.others', { name })}>
      {answering.map((other) => (
        <Item
          key={other.person.id}
          lamp={<Lamp ring state="bright s4" />}
          name={nameOf(other)}
          says={otherAnswer(other)}
        />
      ))}
    </Group>
  );
}

function HowToHelp({ of }: { of: ReachOut }) {
  const line = of.helplines.lines.find((candidate) => candidate.phone);
  return (
    <section class="card">
      <h2 class="head">{t(of.how_to_help ? 'how-to-help.always' : 'incoming.tips')}</h2>
      <ol class="stack">
        {([1, 2, 3] as const).map((step) => (
          <li key={step}>{t(`incoming-tip.${step}`)}</li>
        ))}
      </ol>
      {line?.phone && <Call number={line.phone}>{t('incoming.helpline', { name: line.name })}</Call>}
    </section>
  );
}
