// What has reached me: who would like company now, what is due, my people, then everything else, newest first. Nothing stands twice.
import { useState } from 'preact/hooks';
import { api } from '../api/client';
import { Button, Headline } from '../components/basics';
import { dueToday } from '../components/commitments';
import { Lamp } from '../components/lamp';
import { nameOf, names } from '../components/people';
import { Group, Row } from '../components/rows';
import { NEED_WORDS } from '../components/state-words';
import { useQuery } from '../components/use-query';
import type { ReachOut, Thread } from '../contract/types';
import { notShownAbove, seesMe } from '../domain/inbox';
import { memberLamp } from '../domain/lamps';
import { answerOf, asksMeCalmly, needsMe, waitingLongest } from '../domain/needs';
import { t } from '../i18n';
import { ago, clock, day } from '../i18n/format';
import { accepted } from '../store/accepted';
import { refresh } from '../store/refresh';
import { to } from '../store/router';
import { state } from '../store/store';
import { timeNow } from '../store/today';
import { DueCard } from './due-card';
import { New, NoticeRow } from './notices';
import { NotifyBanner } from './notify';

const PAGE = 20;
const LIST = { limit: 100 };

export function Inbox() {
  const [limit, setLimit] = useState(PAGE);
  const [page, refetch] = useQuery(() => api.GET('/v1/inbox', { params: { query: { limit } } }), [limit]);
  const [threads] = useQuery(() => api.GET('/v1/threads', { params: { query: LIST } }));
  const [bookends] = useQuery(() => api.GET('/v1/bookends', { params: { query: { open: true, ...LIST } } }));
  const [commitments, refetchCommitments] = useQuery(() =>
    api.GET('/v1/commitments', { params: { query: { mine: true, ...LIST } } }),
  );
  const running = bookends && new Set(bookends.items.map((bookend) => bookend.id));
  const urgent = waitingLongest(state.incoming, state.me?.id);
  const asking = state.incoming.filter((reachOut) => asksMeCalmly(reachOut, state.me?.id));
  const others = state.incoming.filter((reachOut) => !needsMe(reachOut, state.me?.id) && !asking.includes(reachOut));
  const back = bookends?.items.filter((bookend) => bookend.mine && Date.parse(bookend.due_at) <= state.now) ?? [];
  const due = dueToday(commitments?.items ?? []).filter((commitment) => timeNow() >= commitment.at);
  const people = threads?.items.filter((thread) => thread.last) ?? [];
  const earlier = notShownAbove(page?.items ?? [], {
    subjects: [...state.incoming, ...back, ...due].map((item) => item.id),
    people: threads?.items.map((thread) => thread.person.id) ?? [],
    own: state.myReachOut?.id,
  });
  const above = [urgent, asking, back, due, people].some((group) => group.length);
  const readAll = async () => {
    if (await accepted(api.POST('/v1/inbox/read-all'))) await Promise.all([refetch(), refresh()]);
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
      {asking.map((reachOut) => (
        <a class="card row" key={reachOut.id} href={to('reach-outs', reachOut.id)}>
          <Row
            lamp={<Lamp state="lit" />}
            name={t('incoming-calm.head', { name: nameOf(reachOut.from) })}
            says={t('notice-say.calm')}
            words={reachOut.note ?? ''}
          />
        </a>
      ))}
      {back.map((bookend) => (
        <a class="card row" key={bookend.id} href={to('bookends', bookend.id)}>
          <Row
            lamp={<Lamp state="lit" />}
            name={t('bookend.due', { time: clock(bookend.due_at) })}
            says={bookend.what}
          />
        </a>
      ))}
      {due.map((commitment) => (
        <DueCard key={commitment.id} of={commitment} onSaid={refetchCommitments} />
      ))}
      {people.length > 0 && (
        <Group head={t('inbox.people')}>
          {people.map((thread) => (
            <ThreadRow key={thread.person.id} of={thread} seen={seesMe(page?.items ?? [], thread.person.id)} />
          ))}
        </Group>
      )}
      <section class="stack tight">
        {above && earlier.length + others.length > 0 && <h2 class="head">{t('inbox.earlier')}</h2>}
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
        {page && !earlier.length && !above && !others.length && <p class="soft">{t('inbox.empty')}</p>}
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

/** `seen`: they have said "I see you", which adds nothing to the thread and is new all the same. */
function ThreadRow({ of, seen }: { of: Thread; seen: boolean }) {
  const { last, unread, person } = of;
  if (!last) return null;
  const { kind, mine } = last;
  const said = mine ? (`thread-me.${kind}` as const) : (`thread.${kind}` as const);
  const member = state.circle?.find((someone) => someone.person.id === person.id);
  return (
    <li>
      <a class="row" href={to('people', person.id)}>
        <Row
          lamp={<Lamp state={member ? memberLamp(member) : 'lit'} />}
          name={
            <>
              {(unread || seen) && <New />}
              {nameOf(person)}
            </>
          }
          says={t(seen && (mine || !unread) ? 'thread.check_in_seen' : said)}
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
            {t(of.recipients.some(answerOf) ? 'inbox.asks-others' : 'inbox.waiting', {
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
  const mine = answering.some((recipient) => recipient.person.id === state.me?.id);
  if (!answering.length || (of.calm && !mine)) return t(of.calm ? 'notice.calm' : 'notice.reach_out', { name });
  if (mine) return t('inbox.answering', { name });
  return t('inbox.others-answering', { n: answering.length, names: names(answering), name });
}
