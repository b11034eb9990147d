// The quiet lines of Home on a calm day: two at most, in this order. A new kind of line is one entry here.

import type { ComponentChildren } from 'preact';
import { api } from '../api/client';
import { dueToday, textOf } from '../components/commitments';
import { timeInWords } from '../components/hours-in-words';
import { nameOf } from '../components/people';
import { activeMembers } from '../domain/circle';
import { GOOD_CIRCLE, isCircleDay } from '../domain/first-week';
import { isEvening, whomToAsk } from '../domain/practice';
import { t } from '../i18n';
import { isWeekDay, loadRhythm, weekLooked } from '../store/rhythm';
import { to } from '../store/router';
import { state } from '../store/store';
import { hasOneWayIn } from '../store/ways-in';
import { nextStep } from './first-week';
import { hasMoved } from './time-zone';

export interface TodayLine {
  name: string;
  /** Where the line leads; without it, `actions` stand beside it. */
  href?: string;
  actions?: ComponentChildren;
  /** It is shown whatever else there is. */
  first?: boolean;
}

/** What is meant for today and was not spoken of yet; the earliest of them. */
async function dueLine(): Promise<TodayLine | null> {
  const { data } = await api.GET('/v1/commitments', { params: { query: { mine: true, limit: 50 } } });
  const [first] = dueToday(data?.items ?? []);
  if (!first) return null;
  return {
    name: t('commitment.line', { text: textOf(first), time: timeInWords(first.at) }),
    href: to('commitments', first.id),
  };
}

/** The week, on its day, until it was looked at. */
async function weekLine(): Promise<TodayLine | null> {
  if (!isWeekDay(state.now)) return null;
  const { data } = await api.GET('/v1/check-ins', { params: { query: { mine: true, week: true, limit: 1 } } });
  const done = weekLooked(state.now, data && (data.items[0]?.created_at ?? null));
  return done ? null : { name: t('weekly.head'), href: to('week') };
}

/** A moment that has come today and was not taken yet; on the day of the week, the line of the week stands for it. */
async function momentLine(): Promise<TodayLine | null> {
  if (isWeekDay(state.now)) return null;
  const { data } = await api.GET('/v1/inbox', { params: { query: { kind: 'moment', unread: true, limit: 1 } } });
  return data?.items.length ? { name: t('notice.moment'), href: to('moment') } : null;
}

/** From six in the evening: who can be woken. That nobody can be is said before anything else. */
async function tonightLine(): Promise<TodayLine | null> {
  const members = activeMembers(state.circle);
  // The vault says who is in the circle, but not who can be woken.
  const known = state.online && state.refreshes > 0;
  if (!known || !isEvening(state.now) || !members.length) return null;
  const n = members.filter((member) => member.tonight).length;
  const href = to('circle', 'night');
  if (n) return { name: t('night.some', { n, all: members.length }), href };
  const asked = whomToAsk(members);
  return { name: asked ? t('night.none-ask', { name: nameOf(asked) }) : t('night.none'), href, first: true };
}

/** In another time zone. */
async function zoneLine(): Promise<TodayLine | null> {
  return hasMoved() ? { name: t('zone.line'), href: to('settings', 'time-zone') } : null;
}

/** While there is one way into the account. */
async function secondWayLine(): Promise<TodayLine | null> {
  return hasOneWayIn() ? { name: t('second-way.head'), href: to('settings', 'passphrase') } : null;
}

/** What may come next in the first week. */
async function firstWeekLine(): Promise<TodayLine | null> {
  const next = await nextStep();
  return next && { name: t('first-week.line', { step: t(`first-week.${next}`) }), href: to('first-week') };
}

/** Once a week, while the circle is small. */
async function circleLine(): Promise<TodayLine | null> {
  const active = activeMembers(state.circle).length;
  const asked = active > 0 && active < GOOD_CIRCLE && isCircleDay(state.me?.created_at ?? '', state.now);
  return asked ? { name: t('first-week.small-circle'), href: to('circle') } : null;
}

/** Due, a moment, tonight, then what is only offered: each returns its line, or null when there is none. */
const SOURCES: readonly (() => Promise<TodayLine | null>)[] = [
  dueLine,
  momentLine,
  weekLine,
  tonightLine,
  zoneLine,
  secondWayLine,
  firstWeekLine,
  circleLine,
];

export async function todayLines(): Promise<TodayLine[]> {
  await loadRhythm();
  const lines = await Promise.all(SOURCES.map((source) => source()));
  const shown = lines.filter((line) => line !== null);
  return [...shown.filter((line) => line.first), ...shown.filter((line) => !line.first)].slice(0, 2);
}
