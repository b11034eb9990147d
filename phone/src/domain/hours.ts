// Weekly hours: converts between the server's windows, which never cross midnight, and the spans that people choose. Pure.
import type { Schemas } from '../contract/types';

export type Window = Schemas['Window'];
/** From 22:00 to 02:00 is one span of the evening on which it begins. `to` is 24:00 for the end of the day. */
export interface Span {
  days: number[];
  from: string;
  to: string;
}

export const DAYS = [0, 1, 2, 3, 4, 5, 6];
const MIDNIGHT = '24:00';
const MORNING = '00:00';

/** A time field has no 24:00: the last minute or midnight means the end of the day. */
const end = (time: string): string => (time === MORNING || time === '23:59' ? MIDNIGHT : time);

/** Return the windows of a span on these days; none for an empty span. */
export function windows(days: number[], from: string, until: string): Window[] {
  const to = end(until);
  if (from < to) return days.map((day) => ({ day, from, to }));
  if (from === to) return [];
  return days.flatMap((day) => [
    { day, from, to: MIDNIGHT },
    { day: (day + 1) % 7, from: MORNING, to },
  ]);
}

/** Return the spans of these windows: joined across midnight, days with the same span together. */
export function spans(weekly: Window[]): Span[] {
  const continuation = (window: Window) =>
    window.to === MIDNIGHT &&
    window.from !== MORNING &&
    weekly.find((other) => other.day === (window.day + 1) % 7 && other.from === MORNING && other.to < window.from);
  const continuations = weekly.map(continuation).filter(Boolean);
  const result: Span[] = [];
  for (const window of [...weekly].sort((a, b) => a.day - b.day || a.from.localeCompare(b.from))) {
    if (continuations.includes(window)) continue;
    const to = (continuation(window) || window).to;
    const same = result.find((span) => span.from === window.from && span.to === to);
    if (same) same.days.push(window.day);
    else result.push({ days: [window.day], from: window.from, to });
  }
  return result;
}
