// Home of somebody who only helps: who needs me, the people I am there for, a night off, and a circle of my own as an offer.

import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { api } from '../api/client';
import { Button, Headline } from '../components/basics';
import { Lamp } from '../components/lamp';
import { LoadCard } from '../components/load-card';
import { OneTap } from '../components/one-tap';
import { LineButton, nameOf } from '../components/people';
import { Group, Item, LinkItem } from '../components/rows';
import { SecondWay } from '../components/second-way';
import { useQuery } from '../components/use-query';
import type { Supported } from '../contract/types';
import { isAway, morning } from '../domain/morning';
import { needsMe } from '../domain/needs';
import { t } from '../i18n';
import { clock, day } from '../i18n/format';
import { moment } from '../i18n/span';
import { readSlot, writeSlot } from '../platform/slots';
import { updateProfile } from '../store/profile';
import { to } from '../store/router';
import { change, state } from '../store/store';
import { NotifyBanner } from './notify';
import { isMuted, supportedState } from './supporting';
import { hasMoved } from './time-zone';

/** Without contact for this long, somebody is listed as not heard from. */
const SILENT_AFTER_MS = 14 * 24 * 60 * 60_000;
/** Somebody who only helps does not want to be asked about a circle of their own again. */
const NO_OWN_CIRCLE = 'own-circle-declined';

export function HelperHome({ people, children }: { people: Supported[]; children: ComponentChildren }) {
  const [companionOf] = useQuery(() => api.GET('/v1/bookends', { params: { query: { open: true, mine: false } } }));
  const [declined, setDeclined] = useState(() => readSlot(NO_OWN_CIRCLE) !== null);
  const decline = () => {
    writeSlot(NO_OWN_CIRCLE, '1');
    setDeclined(true);
  };
  const nextMorning = morning(state.now);
  const away = !!state.me && isAway(state.me, state.now);
  const isSilent = (person: Supported) =>
    person.state === 'active' &&
    !person.open_reach_out_id &&
    state.now - Date.parse(person.last_connected_at ?? person.created_at) > SILENT_AFTER_MS;
  const waiting = state.incoming.filter((reachOut) => needsMe(reachOut, state.me?.id)).length;
  const since = (person: Supported) => person.last_connected_at ?? person.created_at;
  const headline = () => {
    if (!state.online) return t('helper.offline');
    if (waiting) return t('helper.needed', { n: waiting });
    if (away) return t('helper.off', { time: moment(state.me?.away_until ?? '') });
    // Somebody has answered, or I have said that I can't: they are still reaching out.
    return t(state.incoming.some(({ calm }) => !calm) ? 'helper.answered' : 'helper.calm');
  };
  return (
    <main class="page">
      {children}
      <Headline small live>
        {headline()}
      </Headline>
      <NotifyBanner />
      <SecondWay />
      {away && <p class="soft">{t('helper.off-say')}</p>}
      {away && (
        <Button kind="main" onPress={() => updateProfile({ away_until: null })}>
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
                href={person.state === 'active' ? to('people', person.person.id) : undefined}
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
      {!away && people.length > 0 && (
        <section class="stack tight">
          <Button onPress={() => updateProfile({ away_until: nextMorning.toISOString() })}>
            {t('helper.tonight')}
          </Button>
          <p class="soft small">{t('helper.tonight-say', { time: moment(nextMorning.toISOString()) })}</p>
        </section>
      )}
      {hasMoved() && (
        <ul class="rows">
          <LinkItem href={to('settings', 'time-zone')} name={t('zone.line')} />
        </ul>
      )}
      <LoadCard people={people} />
      {/* Not before they have listened to anybody. */}
      {!declined && people.some(({ last_connected_at }) => last_connected_at) && (
        <section class="card">
          <h2 class="name">{t('helper.own-circle')}</h2>
          <p>{t('helper.own-circle-say')}</p>
          <a class="btn" href={to('circle', 'invite')}>
            {t('home.invite')}
          </a>
          <Button kind="quiet" onPress={decline}>
            {t('helper.own-circle-no')}
          </Button>
        </section>
      )}
      <Button kind="quiet" onPress={() => change({ circleEmpty: true })}>
        {t('helper.need-someone')}
      </Button>
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
  const name = nameOf(of);
  return (
    <Item href={to('people', of.person.id)} lamp={<Lamp state="dim" />} name={name} says={inTouch(of)}>
      <OneTap
        to={{ id: of.person.id, name }}
        words={t('helper.hello-text')}
        label={t('helper.hello')}
        sent={t('helper.hello-sent', { name })}
      />
    </Item>
  );
}
