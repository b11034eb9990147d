// Lengths of time, as the language writes them (90 seconds, 3 minutes, 1 hour), and moments ahead.
import { place } from './format';
import { language } from './index';

export function span(seconds: number): string {
  const [value, unit] = seconds >= 3600 && seconds % 1800 === 0 ? [seconds / 3600, 'hour'] : seconds >= 60 && (seconds % 60 === 0 || seconds > 600) ? [seconds / 60, 'minute'] : [seconds, 'second'];
  return new Intl.NumberFormat(language(), { style: 'unit', unit, unitDisplay: 'long', maximumFractionDigits: 1 }).format(value);
}

/** A moment within the next days: Thu 18:00. */
export const moment = (at: string): string => new Intl.DateTimeFormat(place(), { weekday: 'short', hour: 'numeric', minute: '2-digit' }).format(new Date(at));
