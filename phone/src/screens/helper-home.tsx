// Home of somebody who only helps: who needs me, the people I am there for, a night off, and a circle of my own as an offer.

import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { api, once } from '../api/client';
import { Button, Headline } from '../components/basics';
import { Lamp } from '../components/lamp';
import { LineButton, nameOf } from '../components/people';
import { Group, Item, LinkItem } from '../components/rows';
import { useQuery } from '../components/use-query';
import type { Supported } from '../contract/types';
import { morning } from '../domain/morning';
import { needsMe } from '../domain/needs';
import { problemType } from '../domain/problems';
import { t } from '../i18n';
import { clock, day, list } from '../i18n/format';
import { errorText } from '../i18n/problem';
import { moment } from '../i18n/span';
import { refresh } from '../store/refresh';
import { to } from '../store/router';
import { change, state } from '../store/store';
import { NotifyBanner } from './notify';
import { isMuted, supportedState } from './supporting';

/** Without contact for this long, somebody is listed as not heard from. */
const SILENT_AFTER_MS = 14 * 24 * 60 * 60_000;

/** Mute all of these until then, or unmute them; show for whom it failed. */
async function muteAll(people: Supported[], until: Date | null): Promise<void> {
  const requests = people.map((person) =>
    api.PATCH('/v1/supporting/{membership_id}', {
      params: { path: { membership_id: person.id } },
      body: { muted_until: until?.toISOString() ?? null },
    }),
  );
  const replies = await Promise.all(requests);
  const failed = people.filter((_, index) => replies[index]?.error);
  await refresh();
  const error = replies.find((reply) => reply.error)?.error;
  if (failed.length && failed.length < people.length)
    change({ toast: t('helper.partial-failure', { names: list(failed.map(nameOf)) }) });
  else change({ toast: errorText(error) });
}

export function HelperHome({ people, children }: { people: Supported[]; children: ComponentChildren }) {
  const [companionOf] = useQuery(() => api.GET('/v1/bookends', { params: { query: { open: true, mine: false } } }));
  const nextMorning = morning(new Date());
  const active = people.filter((person) => person.state === 'active');
  const mutedUntil = (person: Supported) => Date.parse(person.muted_until ?? '');
  // Whoever was muted for longer stays muted, in both directions.
  const mutedTonight = active.filter((person) => isMuted(person) && mutedUntil(person) <= nextMorning.getTime());
  const unmuted = active.filter((person) => !(mutedUntil(person) >= nextMorning.getTime()));
  const allMuted = active.length > 0 && active.every(isMuted);
  const isSilent = (person: Supported) =>
    person.state === 'active' &&
    !person.open_reach_out_id &&
    Date.now() - Date.parse(person.last_connected_at ?? person.created_at) > SILENT_AFTER_MS;
  const waiting = state.incoming.filter((reachOut) => needsMe(reachOut, state.me?.id)).length;
  const since = (person: Supported) => person.last_connected_at ?? person.created_at;
  const headline = () => {
    if (!state.online) return t('helper.offline');
    if (waiting) return t('helper.needed', { n: waiting });
    return allMuted
      ? t('helper.off', { time: moment(new Date(Math.min(...active.map(mutedUntil))).toISOString()) })
      : t('helper.calm');
  };
  return (
    <main class="page">
      {children}
      <Headline small live>
        {headline()}
      </Headline>
      <NotifyBanner />
      {allMuted && <p class="soft">{t('helper.off-say')}</p>}
      {allMuted && mutedTonight.length > 0 && (
        <Button kind="main" onPress={() => muteAll(mutedTonight, null)}>
          {t('helper.back')}
        </Button>
      )}
      {companionOf && companionOf.items.length > 0 && (
        <ul class="rows">
          {companionOf.items.map((bookend) => (
            <LinkItem
              key={bookend.id}
              href={to('bookends', bookend.id)}
              lamp={<Lamp state="lit" />}
              name={t(bookend.companion_told_at ? 'notice.bookend_missed' : 'helper.companion', {
                name: nameOf(bookend.from),
              })}
              says={
                bookend.companion_told_at
                  ? t('notice-say.bookend_missed')
                  : t('helper.companion-until', { time: clock(bookend.due_at) })
              }
            />
          ))}
        </ul>
      )}
      {people.some((person) => !isSilent(person)) && (
        <Group head={t('supporting.head')}>
          {people
            .filter((person) => !isSilent(person))
            .map((person) => (
              <Item
                key={person.id}
                lamp={<Lamp state={person.state === 'active' && !isMuted(person) ? 'lit' : 'dim'} />}
                name={nameOf(person)}
                says={
                  person.state === 'active' && !person.open_reach_out_id && !isMuted(person)
                    ? inTouch(person)
                    : supportedState(person)
                }
              />
            ))}
        </Group>
      )}
      {people.some(isSilent) && (
        <Group head={t('helper.not-heard')}>
          {people
            .filter(isSilent)
            .sort((a, b) => since(a).localeCompare(since(b)))
            .map((person) => (
              <SilentRow key={person.id} of={person} />
            ))}
        </Group>
      )}
      {!allMuted && unmuted.length > 0 && (
        <section class="stack tight">
          <Button onPress={() => muteAll(unmuted, nextMorning)}>{t('helper.tonight')}</Button>
          <p class="soft small">{t('helper.tonight-say', { time: moment(nextMorning.toISOString()) })}</p>
        </section>
      )}
      <section class="card">
        <h2 class="name">{t('helper.own-circle')}</h2>
        <p>{t('helper.own-circle-say')}</p>
        <a class="btn" href={to('circle')}>
          {t('home.invite')}
        </a>
        <Button kind="quiet" onPress={() => change({ circleEmpty: true })}>
          {t('helper.need-someone')}
        </Button>
      </section>
      <LineButton helplines={state.helplines} />
    </main>
  );
}

const inTouch = (person: Supported): string =>
  person.last_connected_at
    ? t('helper.last-in-touch', { time: day(person.last_connected_at) })
    : t('helper.never-in-touch');

/** Somebody not heard from in a while: one tap says hello, and asks for nothing. */
function SilentRow({ of }: { of: Supported }) {
  const [message, setMessage] = useState('');
  const name = nameOf(of);
  const sendHello = async () => {
    const { error } = await api.POST('/v1/reach-ins', {
      params: once(),
      body: { to: of.person.id, text: t('helper.hello-text') },
    });
    if (problemType(error) === '/problems/reach-ins-unanswered') setMessage(t('shared.too-soon', { name }));
    else setMessage(errorText(error) || t('helper.hello-sent', { name }));
  };
  return (
    <Item lamp={<Lamp state="dim" />} name={name} says={message ? <span role="status">{message}</span> : inTouch(of)}>
      {!message && <Button onPress={sendHello}>{t('helper.hello')}</Button>}
    </Item>
  );
}
