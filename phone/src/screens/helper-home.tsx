// Home of somebody who only helps: who needs me, the people I am there for, a night off, and a circle of my own as an offer.

import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { api, once } from '../api/client';
import { Button, Says } from '../components/basics';
import { Lamp } from '../components/lamp';
import { LineButton, nameOf } from '../components/people';
import { Group, Item, LinkItem } from '../components/rows';
import { useAsked } from '../components/use-query';
import type { Supported } from '../contract/types';
import { morning } from '../domain/morning';
import { needsMe } from '../domain/needs';
import { problemType } from '../domain/problems';
import { say } from '../i18n';
import { clock, day, list } from '../i18n/format';
import { wrong } from '../i18n/problem';
import { moment } from '../i18n/span';
import { look } from '../store/refresh';
import { to } from '../store/router';
import { change, state } from '../store/store';
import { NotifyBanner } from './notify';
import { how, isMuted } from './supporting';

/** From when on "not heard from" is said. */
const WHILE_MS = 14 * 24 * 60 * 60_000;

/** Quiet until the next morning, or not at all any more, for all of these at once; gives for whom it did not work. */
async function quiet(people: Supported[], until: Date | null): Promise<void> {
  const asked = people.map((one) =>
    api.PATCH('/v1/supporting/{membership_id}', {
      params: { path: { membership_id: one.id } },
      body: { muted_until: until?.toISOString() ?? null },
    }),
  );
  const said = await Promise.all(asked);
  const failed = people.filter((_, index) => said[index]?.error);
  await look();
  const error = said.find((one) => one.error)?.error;
  if (failed.length && failed.length < people.length)
    change({ word: say('helper.part', { names: list(failed.map(nameOf)) }) });
  else change({ word: wrong(error) });
}

export function HelperHome({ people, children }: { people: Supported[]; children: ComponentChildren }) {
  const [standing] = useAsked(() => api.GET('/v1/bookends', { params: { query: { open: true, mine: false } } }));
  const night = morning(new Date());
  const active = people.filter((one) => one.state === 'active');
  const ends = (one: Supported) => Date.parse(one.muted_until ?? '');
  // Who was quieted for longer before stays so, on the way there and back.
  const tonight = active.filter((one) => isMuted(one) && ends(one) <= night.getTime());
  const awake = active.filter((one) => !(ends(one) >= night.getTime()));
  const off = active.length > 0 && active.every(isMuted);
  const silent = (one: Supported) =>
    one.state === 'active' &&
    !one.open_reach_out_id &&
    Date.now() - Date.parse(one.last_connected_at ?? one.created_at) > WHILE_MS;
  const waiting = state.needed.filter((reachOut) => needsMe(reachOut, state.me?.id)).length;
  const since = (one: Supported) => one.last_connected_at ?? one.created_at;
  const headline = () => {
    if (!state.reached) return say('helper.away');
    if (waiting) return say('helper.needed', { n: waiting });
    return off
      ? say('helper.off', { time: moment(new Date(Math.min(...active.map(ends))).toISOString()) })
      : say('helper.calm');
  };
  return (
    <main class="page">
      {children}
      <Says small live>
        {headline()}
      </Says>
      <NotifyBanner />
      {off && <p class="soft">{say('helper.off-say')}</p>}
      {off && tonight.length > 0 && (
        <Button kind="main" onPress={() => quiet(tonight, null)}>
          {say('helper.back')}
        </Button>
      )}
      {standing && standing.items.length > 0 && (
        <ul class="rows">
          {standing.items.map((one) => (
            <LinkItem
              key={one.id}
              href={to('bookends', one.id)}
              lamp={<Lamp state="lit" />}
              name={say(one.companion_told_at ? 'notice.bookend_missed' : 'helper.stands', { name: nameOf(one.from) })}
              says={
                one.companion_told_at
                  ? say('notice-say.bookend_missed')
                  : say('helper.until', { time: clock(one.due_at) })
              }
            />
          ))}
        </ul>
      )}
      {people.some((one) => !silent(one)) && (
        <Group head={say('for.head')}>
          {people
            .filter((one) => !silent(one))
            .map((one) => (
              <Item
                key={one.id}
                lamp={<Lamp state={one.state === 'active' && !isMuted(one) ? 'lit' : 'dim'} />}
                name={nameOf(one)}
                says={one.state === 'active' && !one.open_reach_out_id && !isMuted(one) ? inTouch(one) : how(one)}
              />
            ))}
        </Group>
      )}
      {people.some(silent) && (
        <Group head={say('helper.quiet')}>
          {people
            .filter(silent)
            .sort((a, b) => since(a).localeCompare(since(b)))
            .map((one) => (
              <Silent key={one.id} of={one} />
            ))}
        </Group>
      )}
      {!off && awake.length > 0 && (
        <section class="stack tight">
          <Button onPress={() => quiet(awake, night)}>{say('helper.tonight')}</Button>
          <p class="soft small">{say('helper.tonight-say', { time: moment(night.toISOString()) })}</p>
        </section>
      )}
      <section class="card">
        <h2 class="name">{say('helper.own')}</h2>
        <p>{say('helper.own-say')}</p>
        <a class="btn" href={to('circle')}>
          {say('home.invite')}
        </a>
        <Button kind="quiet" onPress={() => change({ nobody: true })}>
          {say('helper.own-ask')}
        </Button>
      </section>
      <LineButton helplines={state.helplines} />
    </main>
  );
}

const inTouch = (one: Supported): string =>
  one.last_connected_at ? say('helper.last', { time: day(one.last_connected_at) }) : say('helper.never');

/** Somebody from whom nothing was heard for a while: one tap says hello, and asks for nothing. */
function Silent({ of }: { of: Supported }) {
  const [said, setSaid] = useState('');
  const name = nameOf(of);
  const hello = async () => {
    const { error } = await api.POST('/v1/reach-ins', {
      params: once(),
      body: { to: of.person.id, text: say('helper.hello-text') },
    });
    if (problemType(error) === '/problems/too-many-tries') setSaid(say('shared.once', { name }));
    else setSaid(wrong(error) || say('helper.hello-sent', { name }));
  };
  return (
    <Item lamp={<Lamp state="dim" />} name={name} says={said ? <span role="status">{said}</span> : inTouch(of)}>
      {!said && <Button onPress={hello}>{say('helper.hello')}</Button>}
    </Item>
  );
}
