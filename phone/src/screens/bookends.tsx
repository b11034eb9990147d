// Bookends: say before something hard when you will be back, and who is told if you are not.
import { useEffect, useRef, useState } from 'preact/hooks';
import { api, once } from '../api/client';
import { Button, ErrorText, Headline, RadioGroup } from '../components/basics';
import { Field } from '../components/field';
import type { ReadField } from '../components/form';
import { Form } from '../components/form';
import { Dial, Lamp } from '../components/lamp';
import { CallList, nameOf } from '../components/people';
import { Back } from '../components/sub-page';
import { useDraft } from '../components/use-draft';
import { useQuery } from '../components/use-query';
import type { Member, Schemas } from '../contract/types';
import { nextAt } from '../domain/calm';
import { activeMembers } from '../domain/circle';
import { sponsorFirst } from '../domain/sponsor-first';
import { withApp } from '../domain/with-app';
import { t } from '../i18n';
import { clock } from '../i18n/format';
import { errorText } from '../i18n/problem';
import { span } from '../i18n/span';
import { serverNow } from '../platform/clock';
import { newKey } from '../platform/random-key';
import { startPress } from '../store/press';
import { fromHere, go, to } from '../store/router';
import { change, state } from '../store/store';
import { AGAIN_MS, Companion, markSeen, Over } from './bookend-companion';
import { NotifyWarning } from './notify';

type Bookend = Schemas['BookendOut'];
const MINUTE_MS = 60_000;
const MINUTES = [30, 60, 120, 180];
/** For so long the same choice is the same bookend. */
const SAME_MS = 5 * MINUTE_MS;

export function Bookends({ id }: { id?: string | undefined }) {
  const [open, refetch] = useQuery(() => api.GET('/v1/bookends', { params: { query: { open: true, mine: true } } }));
  const [bookend, , notFound] = useQuery<Bookend>(
    async () => (id ? api.GET('/v1/bookends/{bookend_id}', { params: { path: { bookend_id: id } } }) : {}),
    [id],
  );
  if (notFound && !open?.items.some((item) => item.id === id)) return <Over />;
  if (bookend && !bookend.mine) return <Companion of={bookend} />;
  if (!open)
    return (
      <main class="page" aria-busy={state.online}>
        <Back href={to()}>{t('bookend.name')}</Back>
        {!state.online && <Headline small>{t('all.network-error')}</Headline>}
      </main>
    );
  const next =
    open.items.find((item) => item.id === id) ?? [...open.items].sort((a, b) => a.due_at.localeCompare(b.due_at))[0];
  return next ? <Running key={next.id} of={next} onChange={refetch} /> : <Plan onPlanned={refetch} />;
}

function Plan({ onPlanned }: { onPlanned: () => unknown }) {
  const people = withApp(state.circle);
  const [minutes, setMinutes] = useState(60);
  const [time, setTime] = useState('');
  const [what = '', setWhat] = useDraft('bookend');
  const sent = useRef({ choice: '', at: 0, key: '', due_at: '' });
  const closest = sponsorFirst(people);
  const suggested = closest.find((member) => member.reachable) ?? closest[0];
  const [who, setWho] = useState(suggested?.id ?? '');
  const chosen = people.find((member) => member.id === who) ?? suggested;
  const start = async (readField: ReadField) => {
    const at = serverNow();
    const due = time ? nextAt(time, at) : at + minutes * MINUTE_MS;
    const said = { what: what.trim() || null, companion: readField('who') };
    const choice = JSON.stringify([said, time || minutes]);
    // The same once more is the same bookend, to the second: the first may have arrived although no reply came.
    if (sent.current.choice !== choice || at - sent.current.at > SAME_MS)
      sent.current = { choice, at, key: newKey(), due_at: new Date(due).toISOString() };
    const body = { ...said, due_at: sent.current.due_at };
    const { error } = await api.POST('/v1/bookends', { params: once(sent.current.key), body });
    if (!error) setWhat('');
    await onPlanned();
    return errorText(error);
  };
  return (
    <main class="page">
      <Back href={to()}>{t('bookend.name')}</Back>
      <div class="stack">
        <Headline small>{t('bookend.head')}</Headline>
        <p class="soft">{t(suggested ? 'bookend.say' : 'bookend.nobody')}</p>
      </div>
      {suggested && <NotifyWarning />}
      {suggested ? (
        <Form send={start}>
          <h2 class="name">{t('bookend.when')}</h2>
          <RadioGroup
            legend={t('bookend.when')}
            name="when"
            value={time ? null : minutes}
            options={MINUTES.map((option) => [option, t('bookend.in', { time: span(option * 60) })])}
            onPick={(choice) => {
              setMinutes(choice);
              setTime('');
            }}
          />
          <Field
            label={t('bookend.at')}
            type="time"
            value={time}
            onInput={(event: InputEvent) => setTime((event.currentTarget as HTMLInputElement).value)}
          />
          <div class="stack tight">
            <label for="who">{t('bookend.companion')}</label>
            <select class="field" id="who" name="who" onChange={(event) => setWho(event.currentTarget.value)}>
              {people.map((member) => (
                <option key={member.id} value={member.id} selected={member.id === chosen?.id}>
                  {nameOf(member)}
                </option>
              ))}
            </select>
            {chosen && <CompanionNote by={chosen} />}
          </div>
          <Field
            label={t('bookend.what')}
            value={what}
            onInput={(event: InputEvent) => setWhat((event.currentTarget as HTMLInputElement).value)}
            placeholder={t('bookend.what-example')}
            maxLength={500}
            autocomplete="off"
          />
          <Button submit kind="main">
            {t('bookend.start')}
          </Button>
        </Form>
      ) : (
        <a class="btn main" href={to('circle', 'invite')}>
          {t('home.invite')}
        </a>
      )}
    </main>
  );
}

/** What the companion is told now; or a warning that they cannot be reached. */
function CompanionNote({ by }: { by: Member }) {
  const name = nameOf(by);
  if (by.reachable) return <p class="soft small">{t('bookend.companion-knows', { name })}</p>;
  return (
    <p class="line" role="status">
      <Lamp state="dim" />
      <span>{t('bookend.companion-unreachable', { name })}</span>
    </p>
  );
}

function Running({ of, onChange }: { of: Bookend; onChange: () => unknown }) {
  useEffect(() => void markSeen(of.id), [of.id, state.refreshes]);
  const [message, setMessage] = useState('');
  const path = { params: { path: { bookend_id: of.id } } };
  const due = Date.parse(of.due_at);
  const minutesLeft = Math.max(0, Math.ceil((due - serverNow()) / MINUTE_MS));
  const total = due - Date.parse(of.created_at);
  const name = nameOf(of.companion);
  const by = state.circle?.find((member) => member.id === of.companion?.membership_id);
  const told = of.companion_told_at;
  // Overdue, and nobody could be told.
  const nobodyTold = of.state === 'missed' && !told;
  const time = clock(due);
  const headline = () => {
    if (nobodyTold) return t('bookend.nobody-told');
    return told ? t('bookend.missed', { name }) : (of.what ?? t('bookend.name'));
  };
  const act = async (request: Promise<{ error?: unknown }>, done?: string) => {
    const ifHere = fromHere();
    const { error } = await request;
    setMessage(errorText(error));
    await onChange();
    if (!error && done !== undefined) {
      ifHere(() => go());
      change({ toast: done });
    }
  };
  return (
    <main class="page">
      <Back href={to()}>{t('bookend.name')}</Back>
      <section class="hero">
        <Dial percentGone={Math.round(100 * Math.min(1, Math.max(0, 1 - (due - serverNow()) / total)))}>
          <div class="glow">
            <p class="say-2" role="timer">
              {minutesLeft ? span(minutesLeft * 60) : t('bookend.due')}
            </p>
            <p class="soft">{minutesLeft ? t('bookend.until', { time }) : t('bookend.due-say', { time })}</p>
          </div>
        </Dial>
        <Headline small live>
          {headline()}
        </Headline>
        {nobodyTold && <p>{t('bookend.nobody-told-say')}</p>}
        {told && <p>{t('bookend.missed-say', { name })}</p>}
      </section>
      {nobodyTold && <CallList people={activeMembers(state.circle)} helplines={state.helplines} />}
      {!told && !nobodyTold && (
        <>
          <ol class="card steps">
            {([1, 2, 3] as const).map((step) => (
              <li key={step}>
                <b>{clock(due + (step - 1) * AGAIN_MS)}</b>{' '}
                <span>
                  {step === 3 && !of.companion ? t('bookend.no-companion') : t(`bookend-step.${step}`, { name })}
                </span>
              </li>
            ))}
          </ol>
          {by && !by.reachable && <CompanionNote by={by} />}
        </>
      )}
      <section class="stack">
        <Button
          kind="main"
          onPress={() => act(api.POST('/v1/bookends/{bookend_id}/check-in', path), t('bookend.done'))}
        >
          {t('bookend.okay')}
        </Button>
        <div class="two">
          {!told && (
            <Button
              onPress={() =>
                act(
                  api.POST('/v1/bookends/{bookend_id}/extend', {
                    ...path,
                    body: { due_at: new Date(Math.max(due, serverNow()) + AGAIN_MS).toISOString() },
                  }),
                )
              }
            >
              {t('bookend.more-time')}
            </Button>
          )}
          <Button onPress={() => act(api.DELETE('/v1/bookends/{bookend_id}', path), '')}>{t('bookend.cancel')}</Button>
        </div>
        <ErrorText>{message}</ErrorText>
        <Button
          onPress={() => {
            go();
            return startPress();
          }}
        >
          <Lamp state="lit" />
          {t('press.button')}
        </Button>
      </section>
    </main>
  );
}
