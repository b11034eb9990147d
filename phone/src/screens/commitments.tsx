// Things I mean to do: all of them, what others let me know of, and the page of one.
import { useEffect } from 'preact/hooks';
import { api, whole } from '../api/client';
import { Headline } from '../components/basics';
import type { Commitment } from '../components/commitments';
import { knownBy, markCommitmentSeen, textOf, whenInWords } from '../components/commitments';
import { Lamp } from '../components/lamp';
import { nameOf } from '../components/people';
import { Group, LinkItem } from '../components/rows';
import { Back } from '../components/sub-page';
import { useQuery } from '../components/use-query';
import { t } from '../i18n';
import { to } from '../store/router';
import { state } from '../store/store';
import { today } from '../store/today';
import { CommitmentForm } from './commitment-form';
import { Due, Ended, OtherDays } from './own-commitment';
import { Witnessed } from './witnessed-commitment';

export function Commitments({ id, page }: { id?: string | undefined; page?: string | undefined }) {
  if (!id) return <CommitmentList />;
  return id === 'new' ? <CommitmentForm /> : <One id={id} page={page} />;
}

function One({ id, page }: { id: string; page: string | undefined }) {
  const [commitment, refetch, notFound] = useQuery(
    () => api.GET('/v1/commitments/{commitment_id}', { params: { path: { commitment_id: id } } }),
    [id],
  );
  useEffect(() => void markCommitmentSeen(id), [id, state.refreshes]);
  const notToday = page === 'not-today';
  if (notFound) return <Over />;
  if (!commitment) {
    // Without a network the day can still be spoken of, and waits on the phone.
    return state.online ? <main class="page" /> : <Due id={id} day={today()} notToday={notToday} onChange={refetch} />;
  }
  if (!commitment.mine) return <Witnessed of={commitment} onChange={refetch} />;
  if (page === 'change') return <CommitmentForm of={commitment} />;
  if (page === 'days') return <OtherDays of={commitment} onChange={refetch} />;
  if (commitment.ended_at) return <Ended of={commitment} onChange={refetch} />;
  return <Due id={id} of={commitment} day={dueDay(commitment)} notToday={notToday} onChange={refetch} />;
}

/** Today, where it is one of its days by the calendar of its owner; the server lists the days that may be spoken of. */
const dueDay = ({ recent }: Commitment): string | undefined => recent.find((past) => past.date >= today())?.date;

function CommitmentList() {
  const [all] = useQuery(() => api.GET('/v1/commitments', whole));
  const mine = all?.items.filter((item) => item.mine) ?? [];
  const known = all?.items.filter((item) => !item.mine && !item.ended_at) ?? [];
  const running = mine.filter((item) => !item.ended_at);
  const ended = mine.filter((item) => item.ended_at && item.text);
  return (
    <main class="page">
      <Back href={to('settings')}>{t('tab.settings')}</Back>
      <div class="stack">
        <Headline small>{t('commitments.name')}</Headline>
        <p class="soft">{t(all && !mine.length ? 'commitments.none' : 'commitments.say')}</p>
      </div>
      {running.length > 0 && (
        <ul class="rows">
          {running.map((item) => (
            <CommitmentRow key={item.id} of={item} />
          ))}
        </ul>
      )}
      <a class="btn" href={to('commitments', 'new')}>
        {t('commitments.add')}
      </a>
      {known.length > 0 && (
        <Group head={t('commitments.known')}>
          {known.map((item) => (
            <CommitmentRow key={item.id} of={item} />
          ))}
        </Group>
      )}
      {ended.length > 0 && (
        <Group head={t('commitments.ended')}>
          {ended.map((item) => (
            <CommitmentRow key={item.id} of={item} />
          ))}
        </Group>
      )}
    </main>
  );
}

function CommitmentRow({ of }: { of: Commitment }) {
  const asked = !of.mine && !of.witness?.accepted_at;
  const name = nameOf(of.from);
  const href = to('commitments', of.id);
  if (asked) return <LinkItem href={href} name={t('commitments.asked', { name })} />;
  return (
    <LinkItem
      href={href}
      name={textOf(of)}
      more={of.mine ? undefined : name}
      says={of.ended_at ? t('commitment.renew') : `${whenInWords(of)} ${of.mine ? knownBy(of) : ''}`}
    />
  );
}

/** It was removed, or I am no longer to know of it. */
function Over() {
  return (
    <main class="page">
      <Back href={to('commitments')}>{t('commitments.name')}</Back>
      <section class="hero grow">
        <Lamp state="big dim" />
        <Headline live>{t('commitment.over')}</Headline>
      </section>
    </main>
  );
}
