// What has reached me: who would like company now, then everything else, newest first.
import { useState } from 'preact/hooks';
import { api } from '../api/client';
import { Button, Headline } from '../components/basics';
import { Lamp } from '../components/lamp';
import { nameOf, names } from '../components/people';
import { Group, Row } from '../components/rows';
import { NEED_WORDS } from '../components/state-words';
import { useQuery } from '../components/use-query';
import type { Notice, ReachOut, Thread } from '../contract/types';
import { needsMe, waitingLongest } from '../domain/needs';
import { t } from '../i18n';
import { ago, day } from '../i18n/format';
import { refresh } from '../store/refresh';
import { to } from '../store/router';
import { state } from '../store/store';
import { New, NoticeRow } from './notices';
import { NotifyBanner } from './notify';

const PAGE = 20;
export function Inbox() {
  const [limit, setLimit] = useState(PAGE);
  const [page, refetch] = useQuery(() => api.GET('/v1/inbox', { params: { query: { limit } } }), [limit]);
  const [threads] = useQuery(() => api.GET('/v1/threads', { params: { query: { limit: 100 } } }));
  const [bookends] = useQuery(() => api.GET('/v1/bookends', { params: { query: { open: true, limit: 100 } } }));
  const running = bookends && new Set(bookends.items.map((bookend) => bookend.id));
  const open = new Set(state.incoming.map((reachOut) => reachOut.id));
  const earlier =
    page?.items.filter(
      (notice) =>
        !IN_THREADS.includes(notice.kind) && !(notice.kind === 'reach_out' && open.has(notice.reach_out_id ?? '')),
    ) ?? [];
  const people = threads?.items.filter((thread) => thread.last) ?? [];
  const urgent = waitingLongest(state.incoming, state.me?.id);
  const others = state.incoming.filter((reachOut) => !needsMe(reachOut, state.me?.id));
  const readAll = async () => {
    await api.POST('/v1/inbox/read-all');
    await Promise.all([refetch(), refresh()]);
  };
  return (
    <main class="page">
      <Headline small>{t('tab.inbox')}</Headline>
      <NotifyBanner />
      {urgent.length > 0 && (
        <section class="stack">
          <h2 class="head">{t('inbox.urgent')}</h2>
          {urgent.map((reachOut, index) => (
            <UrgentCard key={reachOut.id} of={reachOut} first={index === 0} />
          ))}
        </section>
      )}
      {people.length > 0 && (
        <Group head={t('inbox.people')}>
          {people.map((thread) => (
            <ThreadRow key={thread.person.id} of={thread} />
          ))}
        </Group>
      )}
      <section class="stack tight">
        {urgent.length + people.length > 0 && earlier.length + others.length > 0 && (
          <h2 class="head">{t('inbox.earlier')}</h2>
        )}
        <ul class="rows">
          {others.map((reachOut) => (
            <li key={reachOut.id}>
              <a class="row" href={to('reach-outs', reachOut.id)}>
                <Row
                  lamp={<Lamp state="bright" />}
                  name={answeringSentence(reachOut)}
                  says={ago(reachOut.created_at, state.now)}
                />
              </a>
            </li>
          ))}
          {earlier.map((notice) => (
            <NoticeRow key={notice.id} of={notice} bookends={running} onRead={refetch} />
          ))}
        </ul>
        {page && !earlier.length && !people.length && !state.incoming.length && <p class="soft">{t('inbox.empty')}</p>}
      </section>
      {state.unread && (
        <Button kind="quiet" onPress={readAll}>
          {t('inbox.mark-all-read')}
        </Button>
      )}
      {page?.next && limit < 100 && (
        <Button kind="quiet" onPress={() => setLimit(limit + 2 * PAGE)}>
          {t('inbox.load-older')}
        </Button>
      )}
    </main>
  );
}

/** What stands in a thread is shown there, and not a second time. */
const IN_THREADS: Notice['kind'][] = ['check_in', 'reach_in', 'check_in_seen'];

function ThreadRow({ of }: { of: Thread }) {
  const { last, unread, person } = of;
  if (!last) return null;
  const { kind, mine } = last;
  return (
    <li>
      <a class="row" href={to('people', person.id)}>
        <Row
          name={
            <>
              {unread && <New />}
              {nameOf(person)}
            </>
          }
          says={mine ? t(`thread-me.${kind}`) : t(`thread.${kind}`)}
        >
          <span class="soft small">{day(last.created_at)}</span>
        </Row>
      </a>
    </li>
  );
}

function UrgentCard({ of, first }: { of: ReachOut; first: boolean }) {
  const name = nameOf(of.from);
  return (
    <article class="card warm whole">
      <div class="line">
        <Lamp state="lit" />
        <div>
          <h3 class="name">{t(NEED_WORDS[of.need ?? 'company'].says, { name })}</h3>
          <p class="soft small">
            {t(of.recipients.some(({ answer }) => answer) ? 'inbox.asks-others' : 'inbox.waiting', {
              ago: ago(of.created_at, state.now),
            })}
          </p>
        </div>
      </div>
      {of.note && <blockquote class="words">{of.note}</blockquote>}
      <a class={`btn${first ? ' main' : ''}`} href={to('reach-outs', of.id)}>
        {t('inbox.answer', { name })}
      </a>
    </article>
  );
}

/** The sentence for a reach-out that somebody has answered, or that I cannot answer. */
function answeringSentence(of: ReachOut): string {
  const name = nameOf(of.from);
  const answering = of.recipients.filter((recipient) => recipient.state === 'answered');
  if (!answering.length) return t('notice.reach_out', { name });
  if (answering.some((recipient) => recipient.person.id === state.me?.id)) return t('inbox.answering', { name });
  return t('inbox.others-answering', { n: answering.length, names: names(answering), name });
}
