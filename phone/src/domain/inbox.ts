// What stands under Earlier in the inbox: one row for each subject, and nothing that stands above. Pure.
import type { Notice } from '../contract/types';

/** What stands in a thread, and only there. */
const IN_THREADS: readonly Notice['kind'][] = ['check_in', 'reach_in', 'check_in_seen'];

const subjectOf = ({ id, reach_out_id, bookend_id, commitment_id }: Notice): string =>
  reach_out_id ?? bookend_id ?? commitment_id ?? id;

/**
 * Return the newest notice of each subject; it is unread as long as one of them is. `subjects`: ids of what is shown above.
 * `people`: with whom I have a thread, where a reach-out that is over and was read stands already; `own`: mine that is open.
 */
export function notShownAbove(
  notices: Notice[],
  above: { subjects: string[]; people: string[]; own: string | undefined },
): Notice[] {
  const left = notices.filter(
    (notice) => !IN_THREADS.includes(notice.kind) && !above.subjects.includes(subjectOf(notice)),
  );
  return left.flatMap((newest) => {
    const group = left.filter((notice) => subjectOf(notice) === subjectOf(newest));
    if (newest !== group[0]) return [];
    const unread = group.some((notice) => !notice.read_at);
    const inThread = group.some((notice) => notice.from && above.people.includes(notice.from.id));
    if (newest.reach_out_id && newest.reach_out_id !== above.own && inThread && !unread) return [];
    return { ...newest, read_at: unread ? null : newest.read_at };
  });
}

/** Whether this person has said "I see you", and I have not read it yet. */
export const seesMe = (notices: Notice[], personId: string): boolean =>
  notices.some(({ kind, read_at, from }) => kind === 'check_in_seen' && !read_at && from?.id === personId);
