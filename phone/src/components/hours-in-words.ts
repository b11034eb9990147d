// Weekly hours in words: "Mon to Fri, 07:00 to 22:00".
import type { Me } from '../contract/types';
import type { Window } from '../domain/hours';
import { DAYS, spans } from '../domain/hours';
import { language, t } from '../i18n';
import { list, place } from '../i18n/format';
import { formatDate } from '../platform/locale';

/** The first of January 2024 was a Monday. */
export const dayName = (day: number): string =>
  formatDate(new Date(2024, 0, 1 + day), { weekday: 'short' }, language());

function time(of: string): string {
  const [hour = 0, minute = 0] = of.split(':').map(Number);
  return formatDate(new Date(2024, 0, 1, hour, minute), { hour: 'numeric', minute: '2-digit' }, place());
}

function daysInWords(days: number[]): string {
  if (days.length === DAYS.length) return t('hours.every-day');
  const [first = 0] = days;
  const inARow = days.length > 2 && days.every((day, index) => day === first + index);
  return inARow
    ? t('hours.days', { from: dayName(first), to: dayName(first + days.length - 1) })
    : list(days.map(dayName));
}

export const hasHours = (me: Me | null): boolean => !!me?.hours?.length;

/** Every day and every span, none left out. */
export function hoursInWords({ hours }: Me): string {
  const all = spans((hours ?? []) as unknown as Window[]);
  if (!all.length) return t('hours.any-time');
  return all
    .map(
      ({ days, from, to }) =>
        `${daysInWords(days)}, ${from === '00:00' && to === '24:00' ? t('hours.all-day') : t('hours.range', { from: time(from), to: time(to) })}`,
    )
    .join('; ');
}
