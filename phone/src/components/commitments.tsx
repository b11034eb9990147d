// What the screens of commitments share: a sentence about days and time, and the word about a day.
import type { Schemas } from '../contract/types';
import { DAYS } from '../domain/hours';
import { language, t } from '../i18n';
import { list } from '../i18n/format';
import { formatDate } from '../platform/locale';
import { sendOrKeep } from '../store/letters';
import { readShown } from '../store/mark-read';
import { refresh } from '../store/refresh';
import { state } from '../store/store';
import { today } from '../store/today';
import { capitalized } from './check-in-parts';
import { dayName, timeInWords } from './hours-in-words';
import { nameOf } from './people';

export type Commitment = Schemas['CommitmentOut'];

/** "Tuesday and Friday at 18:00." */
export function whenInWords({ days, at }: Pick<Commitment, 'days' | 'at'>): string {
  const all = days.length === DAYS.length ? t('hours.every-day') : list(days.map((day) => dayName(day, 'long')));
  return capitalized(t('commitment.when', { days: all, time: timeInWords(at) }));
}

/** The beginning of a date of the API ("2026-03-10") on the phone's calendar. */
const startOf = (day: string): string => `${day}T00:00`;

/** "Friday", of a moment. */
export const weekdayAt = (moment: string): string => formatDate(moment, { weekday: 'long' }, language());
/** "Friday", as a heading. */
export const weekdayOf = (day: string): string => capitalized(weekdayAt(startOf(day)));
export const dateInWords = (day: string): string =>
  formatDate(startOf(day), { day: 'numeric', month: 'long' }, language());

/** Who knows of it, in a sentence; nothing where nobody was asked. */
export const knownBy = ({ witness }: Commitment): string =>
  witness ? t(witness.accepted_at ? 'commitment.known-by' : 'commitment.asked-who', { name: nameOf(witness) }) : '';

export const textOf = ({ text }: Commitment): string => text ?? t('commitments.unreadable');

/** Those that are meant for today and were not spoken of yet, the earliest first. */
export const dueToday = (commitments: Commitment[]): Commitment[] =>
  commitments
    .filter(
      ({ id, ended_at, recent }) =>
        !ended_at && !keptDay(id, today()) && recent.some(({ date, done }) => date === today() && done === null),
    )
    .sort((a, b) => a.at.localeCompare(b.at));

/** Say how a day went, now or as soon as there is a network; the last word about a day takes the place of an earlier one. */
export function sayDay(id: string, date: string, done: boolean, text: string | null) {
  return sendOrKeep(pathOf(id, date), { done, text }, { method: 'PUT' }, keptDay(id, date));
}

/** The word about a day that waits on the phone. */
export const keptDay = (id: string, date: string | undefined) =>
  state.letters.find((letter) => letter.path === pathOf(id, date ?? ''));
const pathOf = (id: string, date: string): string => `/v1/commitments/${id}/days/${date}`;

/** Mark the notices about the commitment on the screen as read. */
export async function markCommitmentSeen(id: string): Promise<void> {
  if (await readShown((notice) => notice.commitment_id === id)) await refresh();
}
