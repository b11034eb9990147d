// Somebody would like my company: who, since when, what they wrote, and my possible answers.
import { useEffect, useState } from 'preact/hooks';
import { api, whole } from '../api/client';
import { Button, ErrorText, Headline } from '../components/basics';
import { GivenAnswer } from '../components/given-answer';
import { InPlace } from '../components/in-place';
import { Lamp } from '../components/lamp';
import { Messages } from '../components/messages';
import { Call, nameOf } from '../components/people';
import { Group, Item } from '../components/rows';
import { NEED_WORDS } from '../components/state-words';
import { Back } from '../components/sub-page';
import { useQuery } from '../components/use-query';
import { Unsent, Write } from '../components/write';
import type { Message, ReachOut, Recipient } from '../contract/types';
import { isPast, promisedAt } from '../domain/lamps';
import { answerOf, myRecipient } from '../domain/needs';
import type { Key } from '../i18n';
import { t } from '../i18n';
import { ago, clock, day } from '../i18n/format';
import { errorText } from '../i18n/problem';
import { markSeen, refresh } from '../store/refresh';
import { to } from '../store/router';
import { state } from '../store/store';
import { answerTo, CalmAnswer } from './incoming-calm';
import { NotFound } from './not-found';

type Kind = NonNullable<Recipient['answer']>;
const SOON = 10;

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
  const { calm } = reachOut;
  const conversation = <Messages messages={messages?.items ?? []} />;
  // Before I answer, the messages explain the reach-out, so they come first; later they are a conversation.
  const mine = myRecipient(reachOut, state.me?.id);
  const answer = answerOf(mine);
  const first = !over && !answer;
  const onAnswer = () => Promise.all([refetch(), refresh()]);
  const end = (): Key | '' => {
    if (calm) return answer && answer !== 'cannot' ? 'incoming.over-say' : '';
    return reachOut.outcome ? 'incoming.over-say' : 'incoming.over-ask';
  };
  return (
    <main class="page">
      <Back href={to('inbox')}>
        {over
          ? day(reachOut.created_at)
          : t('incoming.since', { time: clock(reachOut.created_at), ago: ago(reachOut.created_at, state.now) })}
      </Back>
      <section class="stack">
        <Headline live>{sentence(reachOut, name)}</Headline>
        {!over && calm && <p>{t('incoming-calm.say', { name })}</p>}
        {reachOut.note && <blockquote class="words">{reachOut.note}</blockquote>}
        {over && end() && <p>{t(end() as Key, { name })}</p>}
      </section>
      {first && conversation}
      {!over && !calm && <Answer of={reachOut} name={name} onAnswer={onAnswer} />}
      {!over && calm && <CalmAnswer of={reachOut} name={name} ownAnswer={ownAnswer} onAnswer={onAnswer} />}
      <Others of={reachOut} name={name} />
      {!over && !calm && <HowToHelp of={reachOut} />}
      {!(calm && first) && (
        <section class="stack">
          {(!over || !!messages?.items.length) && <h2 class="head">{t('incoming.messages')}</h2>}
          {!first && conversation}
          {over ? <Unsent to={id} /> : <Write to={id} label={t('answered.write', { name })} onSent={refetchMessages} />}
        </section>
      )}
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

function sentence({ closed_at, outcome, need, calm }: ReachOut, name: string): string {
  if (calm) return t(closed_at ? 'incoming-calm.over' : 'incoming-calm.head', { name });
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
    setMessage(await answerTo(of, kind, SOON));
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
  const kind = answerOf(recipient);
  const given = () => {
    if (!recipient || !kind || changing) return null;
    const isThere = kind !== 'cannot';
    const together = isThere && of.state === 'together' && of.together_with === state.me?.id;
    return (
      <GivenAnswer
        of={of}
        name={name}
        says={together ? t('incoming.together', { name }) : ownAnswer(recipient, name)}
        isThere={isThere}
        failure={message}
        onChange={() => setChanging(true)}
      >
        {isThere && !together && (
          <InPlace of={claimed}>
            {claimed ? (
              <p tabIndex={-1}>{t('incoming.together-asked', { name })}</p>
            ) : (
              <Button onPress={talking}>{t('close.talking')}</Button>
            )}
          </InPlace>
        )}
      </GivenAnswer>
    );
  };
  const answered = given();
  return (
    <section class="stack" aria-label={t('incoming.answer')}>
      <InPlace of={!!answered}>
        {answered ?? (
          <>
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
          </>
        )}
      </InPlace>
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
  // What they said they would do is past once it is over.
  const over = of.closed_at !== null;
  const head = (): Key => {
    if (over) return 'incoming.others-over';
    return of.calm ? 'incoming-calm.others' : 'incoming.others';
  };
  return (
    <Group head={t(head(), { name })}>
      {answering.map((other) => (
        <Item
          key={other.person.id}
          lamp={<Lamp ring state="bright s4" />}
          name={nameOf(other)}
          says={!over && otherAnswer(other)}
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
