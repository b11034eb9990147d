// The people whose circle I am in: mute for a while, or leave. Nobody is told of either.
import { useState } from 'preact/hooks';
import { api, whole } from '../api/client';
import { Button, Sheet } from '../components/basics';
import { hasHours, hoursInWords } from '../components/hours-in-words';
import { Icon } from '../components/icons';
import { Lamp } from '../components/lamp';
import { LoadCard } from '../components/load-card';
import { nameOf } from '../components/people';
import { Item, LinkItem } from '../components/rows';
import { StandingWordsForm } from '../components/standing-words-form';
import { useQuery } from '../components/use-query';
import type { Supported, Thread } from '../contract/types';
import { isAway, morning, WEEK_MS } from '../domain/morning';
import { t } from '../i18n';
import { day } from '../i18n/format';
import { errorText } from '../i18n/problem';
import { moment } from '../i18n/span';
import { serverNow } from '../platform/clock';
import { accepted } from '../store/accepted';
import { refresh } from '../store/refresh';
import { fromHere, to } from '../store/router';
import { change, state } from '../store/store';
import { fetchSupported } from '../store/supported';
import { Block, ConfirmAction, leftPage } from './member';
import { New } from './notices';

export const isMuted = (of: Supported): boolean => Date.parse(of.muted_until ?? '') > serverNow();

/** Whether nothing of this person is pushed to me now: muted by me, or a break from everybody. */
export const isQuiet = (of: Supported): boolean => isMuted(of) || (!!state.me && isAway(state.me, serverNow()));

export function Supporting() {
  const [people, refetch] = useQuery(fetchSupported);
  const [threads] = useQuery(() => api.GET('/v1/threads', whole));
  const [open, setOpen] = useState('');
  if (!people) return state.online ? null : <p class="soft">{t('all.network-error')}</p>;
  const shown = people.items.find((someone) => someone.id === open);
  return (
    <>
      {people.items.length ? (
        <ul class="rows" aria-label={t('circle.theirs')}>
          {people.items.map((someone) => (
            <SupportedRow
              key={someone.id}
              of={someone}
              thread={threads?.items.find(({ person }) => person.id === someone.person.id)}
              onMore={() => setOpen(someone.id)}
            />
          ))}
        </ul>
      ) : (
        <p>{t('supporting.nobody')}</p>
      )}
      <LoadCard people={people.items} />
      <ul class="rows">
        <LinkItem href={to('settings', 'away')} name={t('away.everybody')} says={t('away.everybody-say')} />
      </ul>
      {shown && <SupportedSheet of={shown} onChange={refetch} onClose={() => setOpen('')} />}
    </>
  );
}

/** Leads to their page; before both have compared their words there is none, only what can be done about it. */
function SupportedRow({ of, thread, onMore }: { of: Supported; thread: Thread | undefined; onMore: () => void }) {
  const name = nameOf(of);
  const accepted = of.state === 'accepted';
  const last = thread?.unread && !of.open_reach_out_id && !thread.last?.mine ? thread.last : null;
  return (
    <Item
      href={accepted ? undefined : to('people', of.person.id)}
      lamp={<Lamp state={isQuiet(of) || accepted ? 'dim' : 'lit'} />}
      name={
        <>
          {thread?.unread && <New />}
          {name}
        </>
      }
      says={last ? `${t(`thread.${last.kind}`)}, ${day(last.created_at)}` : supportedState(of)}
    >
      {accepted && (
        <button type="button" class="icon bare" aria-label={t('circle.more', { name })} onClick={onMore}>
          <Icon name="more" />
        </button>
      )}
    </Item>
  );
}

export function supportedState(someone: Supported) {
  if (someone.words) return t('supporting.words', { name: nameOf(someone), words: someone.words.join(' ') });
  if (someone.open_reach_out_id) {
    const { calm } = state.incoming.find(({ id }) => id === someone.open_reach_out_id) ?? {};
    return (
      <a href={to('reach-outs', someone.open_reach_out_id)}>
        {calm ? t('notice.calm', { name: nameOf(someone) }) : t('supporting.reaching-out')}
      </a>
    );
  }
  if (isMuted(someone)) return t('supporting.muted', { time: moment(someone.muted_until ?? '') });
  // The vault does not hold my hours.
  if (!state.me?.created_at) return '';
  if (isAway(state.me, serverNow())) return t('helper.off', { time: moment(state.me.away_until ?? '') });
  return hasHours(state.me) && !state.me.wake_me
    ? t('supporting.hours', { hours: hoursInWords(state.me) })
    : t('supporting.any-time');
}

/** Mute somebody for a while, or leave their circle. */
export function SupportedActions({ of, onChange }: { of: Supported; onChange: () => Promise<void> }) {
  const name = nameOf(of);
  const at = { params: { path: { membership_id: of.id } } };
  const mute = async (muted_until: Date | null) => {
    const body = { muted_until: muted_until?.toISOString() ?? null };
    if (await accepted(api.PATCH('/v1/supporting/{membership_id}', { ...at, body }))) await onChange();
  };
  const leave = async () => {
    const ifHere = fromHere();
    const { error } = await api.DELETE('/v1/supporting/{membership_id}', at);
    if (!error) ifHere(leftPage);
    change({ toast: error ? errorText(error) : t('supporting.left', { name }) });
    await Promise.all([onChange(), refresh()]);
  };
  return (
    <>
      <h3 class="head">{t('supporting.mute')}</h3>
      <p class="soft">{t('supporting.mute-say', { name })}</p>
      {isMuted(of) ? (
        <Button onPress={() => mute(null)}>{t('supporting.unmute')}</Button>
      ) : (
        <div class="two">
          <Button onPress={() => mute(morning(serverNow()))}>
            {t('supporting.mute-night', { time: moment(morning(serverNow()).toISOString()) })}
          </Button>
          <Button onPress={() => mute(new Date(serverNow() + WEEK_MS))}>{t('supporting.mute-week')}</Button>
        </div>
      )}
      <h3 class="head">{t('standing.head', { name })}</h3>
      <StandingWordsForm of={of} name={name} submit={t('standing.keep')} onSaved={onChange} />
      <a class="btn" href={to('settings', 'hours')}>
        {t('settings.hours')}
      </a>
      <ConfirmAction
        ask={t('supporting.leave', { name })}
        says={t('supporting.leave-say', { name })}
        yes={t('supporting.leave-yes')}
        onYes={leave}
      />
    </>
  );
}

export function SupportedSheet({
  of,
  onChange,
  onClose,
}: {
  of: Supported;
  onChange: () => Promise<void>;
  onClose: () => void;
}) {
  const name = nameOf(of);
  return (
    <Sheet title={name} onClose={onClose}>
      <SupportedActions of={of} onChange={onChange} />
      <Block who={of.person} name={name} />
    </Sheet>
  );
}
