// My calm ask while it is open: who is asked, who can talk and when; as a page, and as a card on Home. No ladder, and no hurry.
import { useEffect, useState } from 'preact/hooks';
import { api, once } from '../api/client';
import { Button, ErrorText, Headline } from '../components/basics';
import { CalmDoors, PressRow } from '../components/calm-doors';
import { Lamp, Light } from '../components/lamp';
import { Messages } from '../components/messages';
import { Call, nameOf, names } from '../components/people';
import { answerSentence, Recipients } from '../components/recipients';
import { Row } from '../components/rows';
import { Back } from '../components/sub-page';
import { useQuery } from '../components/use-query';
import { typedTo, Write } from '../components/write';
import type { ReachOut, Recipient } from '../contract/types';
import { endedQuietly } from '../domain/calm';
import { isPast, promisedAt, whoIsThere } from '../domain/lamps';
import { t } from '../i18n';
import { clock } from '../i18n/format';
import { errorText } from '../i18n/problem';
import { readSlot, writeSlot } from '../platform/slots';
import { markSeen, refresh } from '../store/refresh';
import { fromHere, go, to } from '../store/router';
import { change, state } from '../store/store';

/** Whether they said yes to a time that is still to come. */
const talksLater = (who: Recipient): boolean => who.answer === 'soon' && !isPast(who, state.now);

const notDeclined = ({ recipients }: ReachOut): Recipient[] =>
  recipients.filter((recipient) => recipient.state !== 'declined');

/** The sentence for how it stands. */
function calmHeadline(of: ReachOut): string {
  const [first] = whoIsThere(of.recipients, state.now);
  if (first && talksLater(first)) return t('calm.can-talk', { name: nameOf(first), time: clock(promisedAt(first)) });
  if (first) return answerSentence(first);
  const asked = notDeclined(of);
  return asked.length ? t('calm.asked', { n: asked.length, names: names(asked) }) : t('problem.nobody-free');
}

export function CalmOpen({ of }: { of: ReachOut }) {
  const [first] = whoIsThere(of.recipients, state.now);
  useEffect(() => void markSeen(of.id), [of.id, state.refreshes]);
  return (
    <main class="page">
      <Back href={to()}>{t('calm.asked-at', { time: clock(of.created_at) })}</Back>
      <section class="hero">
        {first ? (
          <div class="halo here">
            <Light beams />
          </div>
        ) : (
          <Lamp state="big lit" />
        )}
        <Headline live>{calmHeadline(of)}</Headline>
        <p>{explanation(of, first)}</p>
        {!state.online && <p role="status">{t('waiting.offline')}</p>}
      </section>
      {first ? <CanTalk of={of} who={first} /> : <Asked of={of} />}
    </main>
  );
}

function explanation(of: ReachOut, first: Recipient | undefined): string {
  if (!first) return of.ends_at && notDeclined(of).length ? t('calm.open-until', { time: clock(of.ends_at) }) : '';
  const others = notDeclined(of).filter((recipient) => recipient !== first && recipient.state !== 'answered');
  const later = talksLater(first) ? t('calm.calls-then', { name: nameOf(first) }) : '';
  return `${later} ${others.length ? t('calm.others-see', { n: others.length, names: names(others) }) : ''}`.trim();
}

function Asked({ of }: { of: ReachOut }) {
  const asked = notDeclined(of).length > 0;
  return (
    <>
      {asked ? <Recipients of={of} /> : <CalmDoors />}
      <Messages messages={state.messages} />
      {state.messages.length > 0 && <Write to={of.id} label={t('answered.write-all')} onSent={refresh} />}
      {asked && <p class="soft mid">{t('calm.closes')}</p>}
      <section class="stack">
        <PressRow />
        <Close of={of} outcome="ok_now" />
      </section>
    </>
  );
}

function CanTalk({ of, who }: { of: ReachOut; who: Recipient }) {
  const [failure, setFailure] = useState('');
  // Whoever was writing when the yes came goes on.
  const [writing] = useState(() => !!typedTo(of.id));
  const name = nameOf(who);
  const time = clock(promisedAt(who));
  const text = t('calm.is-good-text', { name, time });
  // What I write reaches everybody who was asked, whomever it is for.
  const others = of.recipients.filter((recipient) => recipient !== who);
  const agreed = state.messages.some((written) => written.from.id === state.me?.id && written.text === text);
  const agree = async () => {
    const { error } = await api.POST('/v1/reach-outs/{reach_out_id}/messages', {
      params: { path: { reach_out_id: of.id }, ...once() },
      body: { text },
    });
    setFailure(errorText(error));
    await refresh();
  };
  return (
    <>
      <Messages messages={state.messages} />
      {writing && <Write to={of.id} label={t('answered.write-all')} onSent={refresh} />}
      <section class="stack">
        {talksLater(who) &&
          (agreed ? (
            <p class="mid" role="status">
              {t('calm.is-good-sent', { name, time })}
            </p>
          ) : (
            <Button kind="main" onPress={agree}>
              {t('calm.is-good', { time })}
            </Button>
          ))}
        {talksLater(who) && others.length > 0 && (
          <p class="soft small mid">{t('calm.others-read', { n: others.length, names: names(others) })}</p>
        )}
        <ErrorText>{failure}</ErrorText>
        {who.contact && <Call number={who.contact}>{t('all.call', { name })}</Call>}
        <div class="two">
          <a class="btn" href={to('people', who.person.id)}>
            {t('answered.write', { name })}
          </a>
          <Close of={of} outcome="connected" />
        </div>
        <PressRow />
      </section>
      {whoIsThere(of.recipients).length > 1 && <Recipients of={of} but={who} />}
    </>
  );
}

/** Ends it. Only who said yes hears of it, so it needs no three seconds. */
function Close({ of, outcome }: { of: ReachOut; outcome: 'connected' | 'ok_now' }) {
  const [failure, setFailure] = useState('');
  const talked = outcome === 'connected';
  const close = async () => {
    const ifHere = fromHere();
    const { error } = await api.POST('/v1/reach-outs/{reach_out_id}/close', {
      params: { path: { reach_out_id: of.id }, ...once() },
      body: { outcome },
    });
    if (error) return setFailure(errorText(error));
    forgetCalmAsk();
    change({ myReachOut: null, messages: [] });
    ifHere(() => go());
    change({ toast: t(talked ? 'calm.talked-toast' : 'calm.closed-toast') });
    void refresh();
  };
  return (
    <>
      <Button kind={talked ? '' : 'quiet'} onPress={close}>
        {t(talked ? 'calm.talked' : 'calm.no-longer')}
      </Button>
      <ErrorText>{failure}</ErrorText>
    </>
  );
}

/** The calm ask that was open when this phone last looked. */
const ASKED = 'calm-ask';

/** It was closed by hand, or its end was said. */
export const forgetCalmAsk = (): void => writeSlot(ASKED, null);

/** On Home, below the lantern: how it stands, and once that nobody was free. */
export function CalmCard() {
  const of = state.myReachOut;
  const asked = readSlot(ASKED);
  const [last] = useQuery<ReachOut>(
    () =>
      asked && !of
        ? api.GET('/v1/reach-outs/{reach_out_id}', { params: { path: { reach_out_id: asked } } })
        : Promise.resolve({}),
    [of?.id],
  );
  useEffect(() => {
    if (of) writeSlot(ASKED, of.id);
    else if (last && !endedQuietly(last, state.now)) forgetCalmAsk();
  });
  if (of) {
    const lamp = whoIsThere(of.recipients).length ? 'bright' : 'lit';
    return <Card lamp={lamp} name={calmHeadline(of)} says={t('calm.asked-at', { time: clock(of.created_at) })} />;
  }
  return asked && last?.id === asked && endedQuietly(last, state.now) ? (
    <Card lamp="low" name={t('calm.quiet')} />
  ) : null;
}

const Card = ({ lamp, name, says }: { lamp: string; name: string; says?: string }) => (
  <a class="card row" href={to('calm')}>
    <Row lamp={<Lamp state={lamp} />} name={name} says={says} />
  </a>
);
