// Lengths of time, as the language writes them (90 seconds, 3 minutes, 1 hour), and moments ahead.

import { formatDate, tryRead } from '../platform/locale';
import { place } from './format';
import { language } from './index';

/** Seconds in one unit, and its symbol for browsers without unit formats. */
const UNITS = { second: [1, 's'], minute: [60, 'min'], hour: [3600, 'h'] } as const;

/** Return the largest unit that gives a round number, or nearly one. */
function unitOf(seconds: number): keyof typeof UNITS {
  if (seconds >= 3600 && seconds % 1800 === 0) return 'hour';
  return seconds >= 60 && (seconds % 60 === 0 || seconds > 600) ? 'minute' : 'second';
}

export function span(seconds: number): string {
  const unit = unitOf(seconds);
  const [length, short] = UNITS[unit];
  const value = seconds / length;
  const plain = `${Math.round(value * 10) / 10} ${short}`;
  return tryRead(
    () =>
      new Intl.NumberFormat(language(), { style: 'unit', unit, unitDisplay: 'long', maximumFractionDigits: 1 }).format(
        value,
      ),
    plain,
  );
}

/** Return a moment within the next days: Thu 18:00. */
export const moment = (at: string): string =>
  formatDate(at, { weekday: 'short', hour: 'numeric', minute: '2-digit' }, place(), language());
