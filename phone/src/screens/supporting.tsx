// The people whose circle I am in: mute for a while, or leave. Nobody is told of either.
import { useState } from 'preact/hooks';
import { api, whole } from '../api/client';
import { Button, Sheet } from '../components/basics';
import { hasHours, hoursInWords } from '../components/hours-in-words';
import { Icon } from '../components/icons';
import { Lamp } from '../components/lamp';
import { nameOf } from '../components/people';
import { Group, Item } from '../components/rows';
import { StandingWordsForm } from '../components/standing-words-form';
import { useQuery } from '../components/use-query';
import type { Supported } from '../contract/types';
import { morning, WEEK_MS } from '../domain/morning';
import { t } from '../i18n';
import { moment } from '../i18n/span';
import { refresh } from '../store/refresh';
import { to } from '../store/router';
import { state } from '../store/store';
import { Block, ConfirmAction } from './member';

export const isMuted = (of: Supported): boolean => Date.parse(of.muted_until ?? '') > Date.now();

export function Supporting() {
  const [people, refetch] = useQuery(() => api.GET('/v1/supporting', whole));
  const [open, setOpen] = useState('');
  const shown = people?.items.find((someone) => someone.id === open);
  if (!people?.items.length) return null;
  return (
    <Group
      head={t('supporting.head')}
      after={shown && <SupportedSheet of={shown} onChange={refetch} onClose={() => setOpen('')} />}
    >
      {people.items.map((someone) => (
        <Item
          key={someone.id}
          href={someone.state === 'active' ? to('people', someone.person.id) : undefined}
          lamp={<Lamp state={isMuted(someone) || someone.state === 'accepted' ? 'dim' : 'lit'} />}
          name={nameOf(someone)}
          says={supportedState(someone)}
        >
          {someone.state === 'accepted' && (
            <button
              type="button"
              class="icon bare"
              aria-label={t('circle.more', { name: nameOf(someone) })}
              onClick={() => setOpen(someone.id)}
            >
              <Icon name="more" />
            </button>
          )}
        </Item>
      ))}
    </Group>
  );
}

export function supportedState(someone: Supported) {
  if (someone.words) return t('supporting.words', { name: nameOf(someone), words: someone.words.join(' ') });
  if (someone.open_reach_out_id)
    return <a href={to('reach-outs', someone.open_reach_out_id)}>{t('supporting.reaching-out')}</a>;
  if (isMuted(someone)) return t('supporting.muted', { time: moment(someone.muted_until ?? '') });
  // The vault does not hold my hours.
  if (!state.me?.created_at) return '';
  return hasHours(state.me) && !state.me.wake_me ? hoursInWords(state.me) : t('supporting.any-time');
}

/** Mute somebody for a while, or leave their circle. */
export function SupportedActions({ of, onChange }: { of: Supported; onChange: () => Promise<void> }) {
  const name = nameOf(of);
  const at = { params: { path: { membership_id: of.id } } };
  const mute = async (muted_until: Date | null) => {
    await api.PATCH('/v1/supporting/{membership_id}', {
      ...at,
      body: { muted_until: muted_until?.toISOString() ?? null },
    });
    await onChange();
  };
  const leave = async () => {
    await api.DELETE('/v1/supporting/{membership_id}', at);
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
          <Button onPress={() => mute(morning(new Date()))}>
            {t('supporting.mute-night', { time: moment(morning(new Date()).toISOString()) })}
          </Button>
          <Button onPress={() => mute(new Date(Date.now() + WEEK_MS))}>{t('supporting.mute-week')}</Button>
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
