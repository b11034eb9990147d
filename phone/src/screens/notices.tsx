// A notice in the inbox: its words, where it leads, and its words once it is over.

import { api } from '../api/client';
import { nameOf } from '../components/people';
import { Row } from '../components/rows';
import type { Notice } from '../contract/types';
import type { Key } from '../i18n';
import { t } from '../i18n';
import { day } from '../i18n/format';
import { refresh } from '../store/refresh';
import { go } from '../store/router';
import { state } from '../store/store';

type NoticeWords = readonly [Key, Key];
/** Kinds that have no sentence here: what stands in a thread is said there. */
type Unsaid = 'test' | 'account_changed' | 'check_in' | 'reach_in' | 'check_in_seen';
type Kind = Exclude<Notice['kind'], Unsaid> | 'unreachable-me' | 'nobody-told' | 'follow-up-me';
/** Title and detail of each kind of notice. */
const NOTICES: Record<Kind, NoticeWords> = {
  reach_out: ['notice.reach_out', 'notice-say.reach_out'],
  calm: ['notice.calm', 'notice-say.calm'],
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
  commitment_asked: ['notice.commitment_asked', 'notice-say.commitment_asked'],
  commitment_due: ['notice.commitment_due', 'notice-say.commitment_due'],
  commitment_ended: ['notice.commitment_ended', 'notice-say.commitment_ended'],
  moment: ['notice.moment', 'notice-say.moment'],
  follow_up: ['notice.follow_up', 'notice-say.follow_up'],
  'follow-up-me': ['notice.follow-up-me', 'notice-say.follow-up-me'],
  practice: ['notice.practice', 'notice-say.practice'],
  practice_offer: ['notice.practice_offer', 'notice-say.practice_offer'],
  unreachable: ['notice.unreachable', 'notice-say.unreachable'],
  'unreachable-me': ['notice.unreachable-me', 'notice-say.unreachable-me'],
  'nobody-told': ['notice.nobody-told', 'notice-say.nobody-told'],
};
/** The same once it is over. Kinds that stay true are missing here. */
const OVER: Partial<Record<Kind, NoticeWords>> = {
  reach_out: ['notice-over.reach_out', 'notice-over.now'],
  calm: ['notice-over.calm', 'notice-over.now'],
  answered: ['notice-over.answered', 'notice-over.now'],
  unanswered: ['notice-over.unanswered', 'notice-over.now'],
  are_you_talking: ['notice-over.are_you_talking', 'notice-over.now'],
  standing_by: ['notice-over.standing_by', 'notice-over.now'],
  bookend_due: ['notice-over.bookend_due', 'notice-over.checked-in'],
  bookend_missed: ['notice-over.bookend_missed', 'notice-over.now'],
  'practice': ['notice.practice', 'notice-over.practice'],
  'nobody-told': ['notice-over.nobody-told', 'notice-over.checked-in'],
};

/** `unreachable` and `follow_up` without a sender are about me; `unanswered` means something else for a bookend. */
function kindOf({ kind, from, bookend_id }: Notice): Kind {
  if (kind === 'unreachable' && !from) return 'unreachable-me';
  if (kind === 'follow_up' && !from) return 'follow-up-me';
  return kind === 'unanswered' && bookend_id ? 'nobody-told' : (kind as Kind);
}

/** Return whether the subject of a notice is over, as far as this phone knows. `bookends`: ids of the open ones. */
function isOver({ kind, reach_out_id, bookend_id, created_at }: Notice, bookends: Set<string> | undefined): boolean {
  if (kind === 'practice') return state.now - Date.parse(created_at) > PRACTICE_MS;
  if (bookend_id) return bookends !== undefined && !bookends.has(bookend_id);
  // Unknown before the first refresh, or offline.
  if (!reach_out_id || !state.online || !state.refreshes) return false;
  if (reach_out_id !== state.myReachOut?.id) return !state.incoming.some((reachOut) => reachOut.id === reach_out_id);
  return kind === 'unanswered'
    ? state.myReachOut.state !== 'waiting'
    : kind === 'are_you_talking' && state.myReachOut.state === 'together';
}

/** How long a practice goes on. */
const PRACTICE_MS = 24 * 60 * 60_000;

/** Return the route that a notice leads to. */
function routeOf(notice: Notice): string[] {
  if (notice.kind === 'moment') return ['moment'];
  if (notice.practice_id) return ['practices', notice.practice_id];
  if (notice.kind === 'practice_offer') return ['circle', 'practice'];
  if (notice.kind === 'follow_up') return notice.from ? ['people', notice.from.id] : ['follow-up'];
  if (notice.reach_out_id) return ['reach-outs', notice.reach_out_id];
  if (notice.bookend_id) return ['bookends', notice.bookend_id];
  if (notice.commitment_id) return ['commitments', notice.commitment_id];
  if (notice.kind === 'unreachable' && !notice.from) return ['settings'];
  return notice.kind === 'invitation_accepted' || notice.kind === 'unreachable' ? ['circle'] : [];
}

/** Before the name of what has not been read. */
export const New = () => (
  <>
    <i class="dot" />
    <span class="sr">{t('inbox.unread')}</span>
  </>
);

export function NoticeRow({
  of,
  bookends,
  onRead,
}: {
  of: Notice;
  bookends: Set<string> | undefined;
  onRead: () => Promise<void>;
}) {
  const kind = kindOf(of);
  const name = nameOf(of.from);
  const confirmed =
    kind === 'invitation_accepted' &&
    state.circle?.some((member) => member.person.id === of.from?.id && member.state === 'active');
  // A newer server may send kinds that this app does not know.
  const [title, detail] = (isOver(of, bookends) && OVER[kind]) || (NOTICES[kind] ?? []);
  if (!title || !detail) return null;
  const route = routeOf(of);
  const open = async () => {
    if (route.length) go(...route);
    if (of.read_at) return;
    await api.POST('/v1/inbox/{notice_id}/read', { params: { path: { notice_id: of.id } } });
    await Promise.all([onRead(), refresh()]);
  };
  return (
    <li>
      <button type="button" class="row" onClick={open}>
        <Row
          name={
            <>
              {!of.read_at && <New />}
              {t(title, { name })}
            </>
          }
          says={confirmed ? t('confirm.done', { name }) : t(detail, { name })}
        >
          <span class="soft small">{day(of.created_at)}</span>
        </Row>
      </button>
    </li>
  );
}
