// Something I mean to do: at its time, after "not today", on other days, and at its end.

import { useState } from 'preact/hooks';
import { api } from '../api/client';
import { Button, ErrorText, Headline } from '../components/basics';
import { CalmLink } from '../components/calm-doors';
import type { Commitment } from '../components/commitments';
import {
  dateInWords,
  keptDay,
  knownBy,
  sayDay,
  textOf,
  weekdayAt,
  weekdayOf,
  whenInWords,
} from '../components/commitments';
import { Field } from '../components/field';
import { Form } from '../components/form';
import { InPlace } from '../components/in-place';
import { Lamp } from '../components/lamp';
import { Call, nameOf } from '../components/people';
import { Back } from '../components/sub-page';
import { useDraft } from '../components/use-draft';
import { withApp } from '../domain/with-app';
import { t } from '../i18n';
import { clock } from '../i18n/format';
import { errorText } from '../i18n/problem';
import { fromHere, go, to } from '../store/router';
import { change, state } from '../store/store';

type OnChange = () => Promise<void>;

const witnessOf = ({ witness }: Commitment) => (witness?.accepted_at ? witness : null);

/** Whom it is about, where it is a call to somebody of the circle whose number is known. */
function callee(of: Commitment | undefined) {
  return state.circle?.find(
    (member) => member.contact && of?.text === t('commitment-pick.call', { name: nameOf(member) }),
  );
}

/** At its time, and between. `of` is missing without a network. `day`: today, if it is one of its days. */
export function Due({
  id,
  of,
  day,
  notToday,
  onChange,
}: {
  id: string;
  of?: Commitment;
  day: string | undefined;
  /** It was said elsewhere, and the hand is offered here. */
  notToday?: boolean;
  onChange: OnChange;
}) {
  const [message, setMessage] = useState('');
  const [saidNow, setSaidNow] = useState<boolean | null>(notToday ? false : null);
  const kept = keptDay(id, day)?.body as { done: boolean; text?: string | null } | undefined;
  const before = of?.recent.find((past) => past.date === day);
  const said = saidNow ?? kept?.done ?? before?.done ?? null;
  const [typed, type] = useDraft(`${id} ${day}`);
  const word = typed ?? kept?.text ?? before?.text ?? '';
  const say = async (done: boolean, text: string | null = null) => {
    const { error, waits } = await sayDay(id, day ?? '', done, text);
    setMessage(waits ? t('commitment.waits') : errorText(error));
    if (error) return false;
    setSaidNow(done);
    await onChange();
    return true;
  };
  if (saidNow === false) return <NotToday of={of} message={message} />;
  const call = callee(of);
  const witness = of && witnessOf(of);
  return (
    <main class="page">
      <Back href={to('commitments')}>{t('commitment.name')}</Back>
      <section class="hero grow">
        <Lamp state="big lit" />
        <Headline live>{of ? textOf(of) : t('commitment.name')}</Headline>
        {of && (
          <p class="soft">
            {whenInWords(of)} {knownBy(of) || t('commitment.known-by-nobody')}
          </p>
        )}
        {of?.next_at && (said !== null || !day) && (
          <p class="soft">{t('commitment.next', { day: weekdayAt(of.next_at), time: clock(of.next_at) })}</p>
        )}
      </section>
      <section class="stack">
        {call?.contact && day && said === null && (
          <Call look="btn main" number={call.contact}>
            {t('all.call', { name: nameOf(call) })}
          </Call>
        )}
        {day && (
          <InPlace of={said}>
            {said !== null ? (
              <p class="mid" tabIndex={-1}>
                {t(said ? 'commitment.said-done' : 'not-today.head')}
              </p>
            ) : (
              <>
                <div class="two">
                  <Button onPress={() => say(true)}>{t('commitment.done')}</Button>
                  <Button onPress={() => say(false)}>{t('commitment.not-today')}</Button>
                </div>
                <p class="soft small mid">{t('commitment.like-any')}</p>
              </>
            )}
          </InPlace>
        )}
        <ErrorText>{message}</ErrorText>
        {day && said && (
          <Form
            send={async () => {
              if (!(await say(true, word || null))) return '';
              type();
              change({ toast: t('all.saved') });
              return '';
            }}
            submit={t('all.send')}
            kind=""
          >
            <Field
              label={t('commitment.word')}
              value={word}
              onInput={(event: InputEvent) => type((event.currentTarget as HTMLInputElement).value)}
              placeholder={t('commitment.word-example')}
              hint={witness ? t('commitment.word-read', { name: nameOf(witness) }) : t('commitment.word-own')}
              maxLength={500}
              autocomplete="off"
            />
          </Form>
        )}
        {of && (
          <div class="two">
            <a class="btn quiet" href={to('commitments', id, 'days')}>
              {t('commitment.other-days')}
            </a>
            <a class="btn quiet" href={to('commitments', id, 'change')}>
              {t('commitment.change')}
            </a>
          </div>
        )}
      </section>
    </main>
  );
}

/** Away with it, after a second tap. */
export function Remove({ of }: { of: Commitment }) {
  const [asking, setAsking] = useState(false);
  const remove = async () => {
    const ifHere = fromHere();
    const { error } = await api.DELETE('/v1/commitments/{commitment_id}', {
      params: { path: { commitment_id: of.id } },
    });
    ifHere(() => go('commitments'));
    if (error) change({ toast: errorText(error) });
  };
  return (
    <>
      {asking && <p class="mid">{t('commitment.remove-say')}</p>}
      <Button kind={asking ? '' : 'quiet'} onPress={asking ? remove : () => setAsking(true)}>
        {t('all.remove')}
      </Button>
    </>
  );
}

/** A hand, offered once; nobody was told anything. */
function NotToday({ of, message }: { of: Commitment | undefined; message: string }) {
  const circle = withApp(state.circle);
  const near = (of && witnessOf(of)) ?? circle.find((member) => member.available_now) ?? circle[0];
  return (
    <main class="page">
      <Back href={to('commitments')}>{of ? textOf(of) : t('commitment.name')}</Back>
      <section class="hero grow">
        <Lamp state="big lit" />
        <Headline live>{t('not-today.head')}</Headline>
        <p>{of?.next_at ? t('not-today.say', { day: weekdayAt(of.next_at) }) : t('not-today.say-last')}</p>
        {message && <p class="soft small">{message}</p>}
      </section>
      <section class="stack">
        {near && (
          <a class="btn" href={to('people', near.person.id)}>
            {t('not-today.word', { name: nameOf(near) })}
          </a>
        )}
        {near && <CalmLink />}
        <a class="btn quiet" href={to()}>
          {t('not-today.good')}
        </a>
      </section>
    </main>
  );
}

/** The days that one may still speak of. Opened by hand only: a missed day is never brought up. */
export function OtherDays({ of, onChange }: { of: Commitment; onChange: OnChange }) {
  const [message, setMessage] = useState('');
  // What was tapped stays chosen while it is on its way.
  const [tapped, setTapped] = useState<Record<string, boolean | undefined>>({});
  const say = async (date: string, done: boolean, text: string | null) => {
    setTapped((before) => ({ ...before, [date]: done }));
    const { error, waits } = await sayDay(of.id, date, done, text);
    setMessage(waits ? t('commitment.waits') : errorText(error));
    await onChange();
    if (!waits) setTapped((before) => ({ ...before, [date]: undefined }));
  };
  return (
    <main class="page">
      <Back href={to('commitments', of.id)}>{textOf(of)}</Back>
      <div class="stack">
        <Headline small>{t('commitment.other-days')}</Headline>
        <p class="soft">{t('commitment.other-days-say')}</p>
      </div>
      <ErrorText>{message}</ErrorText>
      {of.recent.map(({ date, done, text }) => (
        <fieldset class="stack tight plain" key={date}>
          <legend class="head">{weekdayOf(date)}</legend>
          {text && <p class="words">{text}</p>}
          <div class="two pick">
            {([true, false] as const).map((option) => (
              <label key={`${option}`}>
                <input
                  name={`day-${date}`}
                  type="radio"
                  checked={(tapped[date] ?? done) === option}
                  onChange={() => say(date, option, text)}
                />
                {t(option ? 'commitment.done' : 'commitment.not-today')}
              </label>
            ))}
          </div>
        </fieldset>
      ))}
    </main>
  );
}

/** It has come to its end, quietly. One tap renews it, best in a call with whoever knows of it. */
export function Ended({ of, onChange }: { of: Commitment; onChange: OnChange }) {
  const [message, setMessage] = useState('');
  const witness = witnessOf(of);
  const member = witness && state.circle?.find((member) => member.id === witness.membership_id);
  const renew = async () => {
    const { data, error } = await api.POST('/v1/commitments/{commitment_id}/renew', {
      params: { path: { commitment_id: of.id } },
    });
    setMessage(errorText(error));
    await onChange();
    if (data) change({ toast: t('commitment.renewed', { day: dateInWords(data.ends_on) }) });
  };
  return (
    <main class="page">
      <Back href={to('commitments')}>{textOf(of)}</Back>
      <section class="hero grow">
        <Lamp state="big lit" />
        <Headline live>{t('commitment.ended')}</Headline>
        <p>{t('commitment.ended-say', { day: dateInWords(of.ends_on) })}</p>
        {witness && <p class="soft">{t('commitment.renew-call', { name: nameOf(witness) })}</p>}
      </section>
      <section class="stack">
        {witness && member?.contact && <Call number={member.contact}>{t('all.call', { name: nameOf(witness) })}</Call>}
        <Button kind="main" onPress={renew}>
          {t('commitment.renew')}
        </Button>
        <ErrorText>{message}</ErrorText>
        <div class="two">
          <a class="btn quiet" href={to('commitments', of.id, 'days')}>
            {t('commitment.other-days')}
          </a>
          <a class="btn quiet" href={to('commitments')}>
            {t('commitment.leave')}
          </a>
        </div>
        <Remove of={of} />
      </section>
    </main>
  );
}
