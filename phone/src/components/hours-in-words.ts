// Weekly hours in words: "Mon to Fri, 07:00 to 22:00".
import type { Me } from '../contract/types';
import type { Window } from '../domain/hours';
import { DAYS, spans } from '../domain/hours';
import { language, t } from '../i18n';
import { clock, list } from '../i18n/format';
import { formatDate } from '../platform/locale';

/** Monday is 0, as the first of January 2024 was. */
export const dayName = (day: number, weekday: 'short' | 'long' = 'short'): string =>
  formatDate(new Date(2024, 0, 1 + day), { weekday }, language());

/** "18:00", as the phone's own region writes it. */
export const timeInWords = (at: string): string => clock(`2024-01-01T${at}`);

function daysInWords(days: number[]): string {
  if (days.length === DAYS.length) return t('hours.every-day');
  const [first = 0] = days;
  const inARow = days.length > 2 && days.every((day, index) => day === first + index);
  return inARow
    ? t('hours.days', { from: dayName(first), to: dayName(first + days.length - 1) })
    : list(days.map((day) => dayName(day)));
}

export const hasHours = (me: Me | null): boolean => !!me?.hours?.length;

/** Every day and every span, none left out. */
export function hoursInWords({ hours }: Me): string {
  const all = spans((hours ?? []) as unknown as Window[]);
  if (!all.length) return t('hours.any-time');
  return all
    .map(
      ({ days, from, to }) =>
        `${daysInWords(days)}, ${from === '00:00' && to === '24:00' ? t('hours.all-day') : t('hours.range', { from: timeInWords(from), to: timeInWords(to) })}`,
    )
    .join('; ');
}
