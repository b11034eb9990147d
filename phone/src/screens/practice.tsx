// A practice light: begun by the owner, seen with one tap by everybody, and each lamp as the result. And the night in advance.

import { useState } from 'preact/hooks';
import { api } from '../api/client';
import { AskToLook } from '../components/ask-to-look';
import { Button, ErrorText, Headline } from '../components/basics';
import { Lamp } from '../components/lamp';
import { nameOf } from '../components/people';
import { Item } from '../components/rows';
import { Back, SubPage } from '../components/sub-page';
import { Toggle } from '../components/toggle';
import { useQuery } from '../components/use-query';
import type { Practice, PracticeMember } from '../contract/types';
import { activeMembers } from '../domain/circle';
import { byProgress, needsLook, nextPracticeAt, PRACTICE_LAMPS, rounded } from '../domain/practice';
import { t } from '../i18n';
import { clock } from '../i18n/format';
import { errorText } from '../i18n/problem';
import { moment, span } from '../i18n/span';
import { newKey } from '../platform/random-key';
import { go, to } from '../store/router';
import { change, state } from '../store/store';
import { Night } from './night';
import { PracticeLight } from './practice-light';

/** `page`: the id of a practice, "night", or '' for my own: the latest, or where one is begun. */
export function PracticePage({ page }: { page: string }) {
  if (page === 'night') return <Night />;
  return page ? <One id={page} /> : <Own />;
}

function Own() {
  const [page, refetch] = useQuery(() => api.GET('/v1/practices', { params: { query: { mine: true, limit: 1 } } }));
  if (!page)
    return <SubPage of="circle" head={t(state.online ? 'practice.head' : 'all.network-error')} children={null} />;
  const [last] = page.items;
  if (last && (!last.ended_at || nextPracticeAt(last.created_at) > state.now))
    return <Result of={last} onChange={refetch} />;
  return <Start onBegun={refetch} />;
}

function One({ id }: { id: string }) {
  const [practice, refetch, notFound] = useQuery(
    () => api.GET('/v1/practices/{practice_id}', { params: { path: { practice_id: id } } }),
    [id],
  );
  if (practice?.mine) return <Result of={practice} onChange={refetch} />;
  return <PracticeLight id={id} of={practice} notFound={notFound} onChange={refetch} />;
}

function Start({ onBegun }: { onBegun: () => Promise<void> }) {
  const [channels, setChannels] = useState(false);
  const [message, setMessage] = useState('');
  // The same key for a second try: whatever became of the first, there is one practice.
  const [key] = useState(newKey);
  // A guest has no page to see a light on; the code that came back has tried their address.
  const active = activeMembers(state.circle);
  const members = active.filter(({ guest }) => !guest);
  const begin = async () => {
    const { error } = await api.POST('/v1/practices', {
      params: { header: { 'Idempotency-Key': `${key}-${channels}` } },
      body: { channels },
    });
    setMessage(errorText(error));
    if (!error) await onBegun();
  };
  return (
    <main class="page">
      <Back href={to('circle')}>{t('tab.circle')}</Back>
      <section class="hero">
        <Lamp ring state="big lit practice" />
        <p class="tag">{t('practice.tag')}</p>
        <Headline>{t('practice.title')}</Headline>
        <p>{t('practice.say')}</p>
      </section>
      {members.length ? (
        <>
          <ol class="steps card">
            <li>{t('practice-step.1', { n: members.length })}</li>
            <li>{t('practice-step.2')}</li>
            <li>{t('practice-step.3')}</li>
          </ol>
          <ul class="rows">
            <Toggle
              name={t('practice.channels')}
              says={t('practice.channels-say')}
              on={channels}
              onChange={setChannels}
            />
          </ul>
          <section class="stack">
            <Button kind="main dashed" onPress={begin}>
              {t('practice.begin')}
            </Button>
            <ErrorText>{message}</ErrorText>
            <p class="soft small mid">{t('practice.press')}</p>
          </section>
        </>
      ) : (
        <section class="stack">
          <p>{t(active.length ? 'problem.nobody-to-practise' : 'practice.nobody')}</p>
          <a class="btn" href={to('circle', 'invite')}>
            {t('home.invite')}
          </a>
        </section>
      )}
    </main>
  );
}

function Result({ of, onChange }: { of: Practice; onChange: () => Promise<void> }) {
  const seen = of.members.filter(({ seen_at }) => seen_at).length;
  const members = byProgress(of.members);
  const end = async () => {
    const { error } = await api.POST('/v1/practices/{practice_id}/end', {
      params: { path: { practice_id: of.id } },
    });
    if (error) change({ toast: errorText(error) });
    await onChange();
  };
  const headline = () => {
    if (!seen) return t(of.ended_at ? 'practice.unseen-ended' : 'practice.unseen');
    return seen === of.members.length ? t('practice.everyone') : t('practice.seen', { n: seen });
  };
  const goesOn = () => {
    if (!of.ended_at) return t('practice.until', { time: moment(of.ends_at) });
    return t(of.pressed ? 'practice.ended-pressed' : 'practice.ended');
  };
  const nextAt = nextPracticeAt(of.created_at);
  return (
    <main class="page">
      <Back href={to('circle')}>{t('practice.since', { time: moment(of.created_at) })}</Back>
      <section class="stack">
        <p class="tag first">{t('practice.tag')}</p>
        <Headline live>{headline()}</Headline>
        <p class="soft">{goesOn()}</p>
      </section>
      <ul class="rows">
        {members
          .filter((member) => !needsLook(member))
          .map((member) => (
            <Item
              key={member.person.id}
              lamp={<Lamp ring state={PRACTICE_LAMPS[member.state]} />}
              name={<a href={to('people', member.person.id)}>{nameOf(member)}</a>}
              says={stateOf(member, of)}
            />
          ))}
      </ul>
      {members.filter(needsLook).map((member) => (
        <NeedsLook key={member.person.id} of={member} practice={of} />
      ))}
      {of.ended_at ? (
        <p class="soft small mid">
          {nextAt > state.now ? t('practice.next', { time: moment(new Date(nextAt).toISOString()) }) : ''}
        </p>
      ) : (
        <Button kind="quiet" onPress={end}>
          {t('practice.end')}
        </Button>
      )}
      {of.ended_at && nextAt <= state.now && (
        <Button onPress={() => go('circle', 'practice')}>{t('practice.new')}</Button>
      )}
    </main>
  );
}

/** In words. Nobody was slow: what counts is that it arrived. */
function stateOf(member: PracticeMember, of: Practice): string {
  const name = nameOf(member);
  if (member.seen_at) {
    const seconds = (Date.parse(member.seen_at) - Date.parse(member.handed_at ?? of.created_at)) / 1000;
    return t('practice-state.seen', { time: span(rounded(seconds)) });
  }
  if (member.next_at) return t('practice-state.waits', { name, time: clock(member.next_at) });
  const { state: how } = member;
  return t(`practice-state.${how}`, { name });
}

/** The phone is missing or needs a look, not the person. */
function NeedsLook({ of, practice }: { of: PracticeMember; practice: Practice }) {
  const known = state.circle?.find((member) => member.person.id === of.person.id);
  return (
    <section class="card">
      <div class="line">
        <Lamp ring state={PRACTICE_LAMPS[of.state]} />
        <div>
          <p class="name">{nameOf(of)}</p>
          <p class="soft small">{stateOf(of, practice)}</p>
          {known?.phone && <p class="soft small">{t(`look-at.${known.phone}`)}</p>}
        </div>
      </div>
      <AskToLook of={of.person} contact={known?.contact} />
    </section>
  );
}
