// Who has opened what of mine, as far as they have told me: nobody is watched. Pure.
import type { CheckIn, ReachOut } from '../contract/types';

type Person = ReachOut['from'];

/** Something of mine, and who has opened it. */
export interface Opened {
  id: string;
  kind: 'reach-out' | 'check-in';
  created_at: string;
  by: Person[];
}

const SEEN = ['seen', 'answered', 'declined'];

/** Return what was opened, the latest first; what nobody has opened is left out. */
export function opened(reachOuts: ReachOut[], checkIns: CheckIn[]): Opened[] {
  return [
    ...reachOuts.map(({ id, created_at, recipients }) => ({
      id,
      kind: 'reach-out' as const,
      created_at,
      by: recipients.filter((recipient) => SEEN.includes(recipient.state)).map((recipient) => recipient.person),
    })),
    ...checkIns.map(({ id, created_at, shares }) => ({
      id,
      kind: 'check-in' as const,
      created_at,
      by: (shares ?? []).filter((share) => share.seen_at).map((share) => share.person),
    })),
  ]
    .filter((item) => item.by.length > 0)
    .sort((a, b) => b.created_at.localeCompare(a.created_at));
}
