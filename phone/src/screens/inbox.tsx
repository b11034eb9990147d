// What has reached me: who would like company now, then everything else, newest first.
import { useState } from 'preact/hooks';
import { api } from '../api/client';
import type { Notice, ReachOut } from '../api/client';
import { useAsked } from '../parts/asked';
import { Button, Says } from '../parts/basics';
import { Lamp } from '../parts/lamp';
import { nameOf, names } from '../parts/people';
import { Row } from '../parts/rows';
import { go, to } from '../route';
import { look } from '../state/everything';
import { needsMe } from '../state/needed';
import { state } from '../state/store';
import { say } from '../words';
import type { Key } from '../words';
import { ago, day } from '../words/format';
import { NotifyBanner } from './notify';

const PAGE = 20;
/** What each kind of notice says, and what that means. A test says nothing here. */
const NOTICES: Record<string, readonly [Key, Key]> = {
  reach_out: ['notice.reach_out', 'notice-say.reach_out'],
  answered: ['notice.answered', 'notice-say.answered'],
  all_clear: ['notice.all_clear', 'notice-say.all_clear'],
  ended: ['notice.ended', 'notice-say.ended'],
  unanswered: ['notice.unanswered', 'notice-say.unanswered'],
  are_you_talking: ['notice.are_you_talking', 'notice-say.are_you_talking'],
  message: ['notice.message', 'notice-say.message'],
  invitation_accepted: ['notice.invitation_accepted', 'notice-say.invitation_accepted'],
  standing_by: ['notice.standing_by', 'notice-say.standing_by'],
  bookend_due: ['notice.bookend_due', 'notice-say.bookend_due'],
  bookend_missed: ['notice.bookend_missed', 'notice-say.bookend_missed'],
  check_in: ['notice.check_in', 'notice-say.check_in'],
  reach_in: ['notice.reach_in', 'notice-say.reach_in'],
  unreachable: ['notice.unreachable', 'notice-say.unreachable'],
  'unreachable-me': ['notice.unreachable-me', 'notice-say.unreachable-me'],
} satisfies Record<Exclude<Notice['kind'], 'test'> | 'unreachable-me', readonly [Key, Key]>;

export function Inbox() {
  const [limit, setLimit] = useState(PAGE);
  const [page, again] = useAsked(() => api.GET('/v1/inbox', { params: { query: { limit } } }), [limit]);
  const open = new Set(state.needed.map((reachOut) => reachOut.id));
  const earlier = page?.items.filter((notice) => notice.kind !== 'reach_out' || !open.has(notice.reach_out_id ?? '')) ?? [];
  const urgent = state.needed.filter(needsMe);
  const others = state.needed.filter((reachOut) => !needsMe(reachOut));
  const readAll = async () => {
    await api.POST('/v1/inbox/read-all');
    await Promise.all([again(), look()]);
  };
  return (
    <main class="page">
      <Says small>{say('tab.inbox')}</Says>
      <NotifyBanner />
      {urgent.length > 0 && (
        <section class="stack">
          <h2 class="head">{say('inbox.now')}</h2>
          {urgent.map((reachOut, index) => (
            <Needed key={reachOut.id} of={reachOut} first={index === 0} />
          ))}
        </section>
      )}
      <section class="stack tight">
        {urgent.length > 0 && earlier.length + others.length > 0 && <h2 class="head">{say('inbox.earlier')}</h2>}
        <ul class="rows">
          {others.map((reachOut) => (
            <li key={reachOut.id}>
              <a class="row" href={to('reach-outs', reachOut.id)}>
                <Row lamp={<Lamp state="bright" />} name={others_say(reachOut)} says={ago(reachOut.created_at, state.now)} />
              </a>
            </li>
          ))}
          {earlier.map((notice) => (
            <NoticeRow key={notice.id} of={notice} onRead={again} />
          ))}
        </ul>
        {page && !earlier.length && !state.needed.length && <p class="soft">{say('inbox.empty')}</p>}
      </section>
      {state.unread && (
        <Button kind="quiet" onPress={readAll}>
          {say('inbox.read')}
        </Button>
      )}
      {page?.next && limit < 100 && (
        <Button kind="quiet" onPress={() => setLimit(limit + 2 * PAGE)}>
          {say('inbox.older')}
        </Button>
      )}
    </main>
  );
}

function Needed({ of, first }: { of: ReachOut; first: boolean }) {
  const name = nameOf(of.from);
  return (
    <article class="card warm">
      <div class="line">
        <Lamp state="lit" />
        <div>
          <h3 class="name">{say('notice.reach_out', { name })}</h3>
          <p class="soft small">{say('inbox.waiting', { ago: ago(of.created_at, state.now) })}</p>
        </div>
      </div>
      {of.note && <blockquote class="words">{of.note}</blockquote>}
      <a class={`btn${first ? ' main' : ''}`} href={to('reach-outs', of.id)}>
        {say('inbox.answer', { name })}
      </a>
    </article>
  );
}

/** Somebody is with them already, or I have said what I can do. */
function others_say(of: ReachOut): string {
  const name = nameOf(of.from);
  const there = of.recipients.filter((recipient) => recipient.state === 'answered');
  if (!there.length) return say('notice.reach_out', { name });
  if (there.some((recipient) => recipient.person.id === state.me?.id)) return say('inbox.mine', { name });
  return say('inbox.with', { n: there.length, names: names(there), name });
}

/** Where a notice leads. */
function leads(notice: Notice): string[] {
  if (notice.reach_out_id) return ['reach-outs', notice.reach_out_id];
  if (notice.bookend_id) return ['bookends', notice.bookend_id];
  if (notice.kind === 'unreachable' && !notice.from) return ['settings'];
  return notice.kind === 'invitation_accepted' || notice.kind === 'unreachable' ? ['circle'] : [];
}

function NoticeRow({ of, onRead }: { of: Notice; onRead: () => Promise<void> }) {
  // Without a name it is about me.
  const kind = of.kind === 'unreachable' && !of.from ? 'unreachable-me' : of.kind;
  const name = nameOf(of.from);
  const confirmed = kind === 'invitation_accepted' && state.circle?.some((member) => member.person.id === of.from?.id && member.state === 'active');
  // A newer server may know more kinds than we do.
  const [title, detail] = NOTICES[kind] ?? [];
  if (!title || !detail) return null;
  const where = leads(of);
  const open = async () => {
    if (where.length) go(...where);
    if (of.read_at) return;
    await api.POST('/v1/inbox/{notice_id}/read', { params: { path: { notice_id: of.id } } });
    await Promise.all([onRead(), look()]);
  };
  return (
    <li>
      <button class="row" onClick={open}>
        <Row
          name={
            <>
              {!of.read_at && (
                <>
                  <i class="dot" />
                  <span class="sr">{say('inbox.is-new')}</span>
                </>
              )}
              {say(title, { name })}
            </>
          }
          says={confirmed ? say('confirm.done', { name }) : say(detail, { name })}
        >
          <span class="soft small">{day(of.created_at)}</span>
        </Row>
      </button>
    </li>
  );
}
