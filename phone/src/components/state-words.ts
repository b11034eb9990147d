// The sentences for what the rules in domain/ return.
import type { Progress, RecipientState } from '../domain/lamps';
import type { Need } from '../domain/needs';
import type { Key } from '../i18n';

/** Beside a recipient's lamp. */
export const STATE_WORDS: Record<RecipientState, Key> = {
  answered: 'state.answered',
  seen: 'state.seen',
  delivered: 'state.delivered',
  handed: 'state.handed',
  queued: 'state.queued',
  inbox_only: 'state.inbox_only',
  unreachable: 'state.unreachable',
  declined: 'state.declined',
};

/** Over all lamps, while nobody has answered. */
export const PROGRESS_WORDS: Record<Progress['state'], Key> = {
  seen: 'waiting.seen',
  delivered: 'waiting.delivered',
  handed: 'waiting.handed',
  queued: 'waiting.queued',
  inbox_only: 'waiting.inbox-only',
  declined: 'waiting.declined',
  unreachable: 'waiting.unreachable',
};

/** What I choose on my own phone, and what the others read. */
export const NEED_WORDS: Record<Need, { choose: Key; says: Key }> = {
  talk: { choose: 'need.talk', says: 'need-say.talk' },
  urge: { choose: 'need.urge', says: 'need-say.urge' },
  lonely: { choose: 'need.lonely', says: 'need-say.lonely' },
  company: { choose: 'need.company', says: 'need-say.company' },
  check_on_me: { choose: 'need.check_on_me', says: 'need-say.check_on_me' },
};
export const NEEDS = Object.keys(NEED_WORDS) as Need[];
