// On which day the week is looked at, and when that was done last, as far as this phone knows: without a network too.
import { api } from '../api/client';
import type { Schemas } from '../contract/types';
import type { Content } from '../domain/check-in';
import { isOn, weekStart } from '../domain/weeks';
import { whenForgotten } from '../platform/forget';
import { readSlot, writeSlot } from '../platform/slots';
import { state } from './store';

/** The day that was chosen in the rhythm, Monday is 0. */
const DAY = 'week-day';
/** When the week was last looked at. */
const LOOKED_AT = 'week-looked-at';
const SUNDAY = 6;
const FIRST_DAYS_MS = 3 * 24 * 60 * 60_000;

let known = false;
whenForgotten(() => {
  known = false;
});

export function keepRhythm({ week }: Pick<Schemas['RhythmOut'], 'week'>): void {
  known = true;
  writeSlot(DAY, week && `${week.day}`);
}

/** Fetch the rhythm once; what is changed on this phone later is kept as it is chosen. */
export async function loadRhythm(): Promise<void> {
  if (known) return;
  const { data } = await api.GET('/v1/me/rhythm');
  if (data) keepRhythm(data);
}

/** Whether the week is looked at today: on the day that was chosen, else on Sunday, once there is something of a week to look at. */
export function isWeekDay(now: number): boolean {
  const chosen = readSlot(DAY);
  const isNew = !chosen && now - Date.parse(state.me?.created_at ?? '') < FIRST_DAYS_MS;
  return !isNew && isOn(Number(chosen ?? SUNDAY), now);
}

/** Whether the week that is now was looked at already; `last`: when that was done last, null for never, where the server has said so. */
export function weekLooked(now: number, last?: string | null): boolean {
  if (last !== undefined) writeSlot(LOOKED_AT, last);
  const waits = state.letters.some(({ body, at }) => (body as Content | undefined)?.week && isSameWeek(at, now));
  return waits || isSameWeek(readSlot(LOOKED_AT) ?? 0, now);
}

const isSameWeek = (one: string | number, other: number): boolean => +weekStart(one) === +weekStart(other);
