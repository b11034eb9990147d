// Times and lists of names, as the phone's own region writes them.

import { serverNow } from '../platform/clock';
import { formatDate, tags, tryRead } from '../platform/locale';
import { language, t } from './index';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

/** Return the phone's own locale if it is of the app's language (21:47 or 9:47 PM), else the language itself. */
export function place(): string {
  const lang = language();
  return tags().find((tag) => tag.startsWith(lang)) ?? lang;
}

export function clock(at: string | number | Date): string {
  return formatDate(at, { hour: 'numeric', minute: '2-digit' }, place(), language());
}

/** 18:02 today, Yesterday, Tuesday within a week, else the date. */
export function day(at: string | number | Date, now = serverNow()): string {
  const then = new Date(at);
  const days = Math.round((new Date(now).setHours(0, 0, 0, 0) - new Date(then).setHours(0, 0, 0, 0)) / DAY);
  if (days <= 0) return clock(then);
  if (days === 1) return t('all.yesterday');
  return formatDate(then, days < 7 ? { weekday: 'long' } : { day: 'numeric', month: 'short' }, place(), language());
}

/** "Today", "Yesterday", "Tuesday" within a week, else the date. */
export const weekday = (at: string): string =>
  new Date(at).toDateString() === new Date(serverNow()).toDateString() ? t('person.today') : day(at);

/** "4 minutes ago" */
export function ago(at: string, now = serverNow()): string {
  const minutes = Math.max(0, Math.floor((now - Date.parse(at)) / MINUTE)) || 0;
  if (minutes < 1) return t('ago.now');
  return minutes < 60 ? t('ago.minutes', { n: minutes }) : t('ago.hours', { n: Math.floor(minutes / 60) });
}

/** "Ana, Ben and Chidi" */
export function list(names: string[]): string {
  // British English has no comma before the "and".
  return tryRead(() => new Intl.ListFormat(language() === 'en' ? 'en-GB' : language()).format(names), names.join(', '));
}
