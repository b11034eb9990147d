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
import { isMuted, standingOf } from './supporting';

/** From when on "not heard from" is said. */
const WHILE_MS = 14 * 24 * 60 * 60_000;

/** Quiet until the next morning, or not at all any more, for all of these at once; gives for whom it did not work. */
async function quiet(people: Supported[], until: Date | null): Promise<void> {
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
  const [standing] = useQuery(() => api.GET('/v1/bookends', { params: { query: { open: true, mine: false } } }));
  const night = morning(new Date());
  const active = people.filter((person) => person.state === 'active');
  const ends = (person: Supported) => Date.parse(person.muted_until ?? '');
  // Who was quieted for longer before stays so, on the way there and back.
  const tonight = active.filter((person) => isMuted(person) && ends(person) <= night.getTime());
  const awake = active.filter((person) => !(ends(person) >= night.getTime()));
  const off = active.length > 0 && active.every(isMuted);
  const silent = (person: Supported) =>
    person.state === 'active' &&
    !person.open_reach_out_id &&
    Date.now() - Date.parse(person.last_connected_at ?? person.created_at) > WHILE_MS;
  const waiting = state.incoming.filter((reachOut) => needsMe(reachOut, state.me?.id)).length;
  const since = (person: Supported) => person.last_connected_at ?? person.created_at;
  const headline = () => {
    if (!state.online) return t('helper.offline');
    if (waiting) return t('helper.needed', { n: waiting });
    return off
      ? t('helper.off', { time: moment(new Date(Math.min(...active.map(ends))).toISOString()) })
      : t('helper.calm');
  };
  return (
    <main class="page">
      {children}
      <Headline small live>
        {headline()}
      </Headline>
      <NotifyBanner />
      {off && <p class="soft">{t('helper.off-say')}</p>}
      {off && tonight.length > 0 && (
        <Button kind="main" onPress={() => quiet(tonight, null)}>
          {t('helper.back')}
        </Button>
      )}
      {standing && standing.items.length > 0 && (
        <ul class="rows">
          {standing.items.map((person) => (
            <LinkItem
              key={person.id}
              href={to('bookends', person.id)}
              lamp={<Lamp state="lit" />}
              name={t(person.companion_told_at ? 'notice.bookend_missed' : 'helper.companion', {
                name: nameOf(person.from),
              })}
              says={
                person.companion_told_at
                  ? t('notice-say.bookend_missed')
                  : t('helper.companion-until', { time: clock(person.due_at) })
              }
            />
          ))}
        </ul>
      )}
      {people.some((person) => !silent(person)) && (
        <Group head={t('supporting.head')}>
          {people
            .filter((person) => !silent(person))
            .map((person) => (
              <Item
                key={person.id}
                lamp={<Lamp state={person.state === 'active' && !isMuted(person) ? 'lit' : 'dim'} />}
                name={nameOf(person)}
                says={
                  person.state === 'active' && !person.open_reach_out_id && !isMuted(person)
                    ? inTouch(person)
                    : standingOf(person)
                }
              />
            ))}
        </Group>
      )}
      {people.some(silent) && (
        <Group head={t('helper.not-heard')}>
          {people
            .filter(silent)
            .sort((a, b) => since(a).localeCompare(since(b)))
            .map((person) => (
              <Silent key={person.id} of={person} />
            ))}
        </Group>
      )}
      {!off && awake.length > 0 && (
        <section class="stack tight">
          <Button onPress={() => quiet(awake, night)}>{t('helper.tonight')}</Button>
          <p class="soft small">{t('helper.tonight-say', { time: moment(night.toISOString()) })}</p>
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

/** Somebody from whom nothing was heard for a while: one tap says hello, and asks for nothing. */
function Silent({ of }: { of: Supported }) {
  const [message, setMessage] = useState('');
  const name = nameOf(of);
  const hello = async () => {
    const { error } = await api.POST('/v1/reach-ins', {
      params: once(),
      body: { to: of.person.id, text: t('helper.hello-text') },
    });
    if (problemType(error) === '/problems/too-many-tries') setMessage(t('shared.too-soon', { name }));
    else setMessage(errorText(error) || t('helper.hello-sent', { name }));
  };
  return (
    <Item lamp={<Lamp state="dim" />} name={name} says={message ? <span role="status">{message}</span> : inTouch(of)}>
      {!message && <Button onPress={hello}>{t('helper.hello')}</Button>}
    </Item>
  );
}
