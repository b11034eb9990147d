// Lengths of time, as the language writes them (90 seconds, 3 minutes, 1 hour), and moments ahead.
import { place } from './format';
import { language } from './index';
import { reported, written } from './place';

export function span(seconds: number): string {
  const [value, unit] =
    seconds >= 3600 && seconds % 1800 === 0
      ? [seconds / 3600, 'hour']
      : seconds >= 60 && (seconds % 60 === 0 || seconds > 600)
        ? [seconds / 60, 'minute']
        : [seconds, 'second'];
  const plain = `${Math.round(value * 10) / 10} ${unit === 'second' ? 's' : unit === 'minute' ? 'min' : 'h'}`;
  return reported(
    () =>
      new Intl.NumberFormat(language(), { style: 'unit', unit, unitDisplay: 'long', maximumFractionDigits: 1 }).format(
        value,
      ),
    plain,
  );
}

/** A moment within the next days: Thu 18:00. */
export const moment = (at: string): string =>
  written(at, { weekday: 'short', hour: 'numeric', minute: '2-digit' }, place(), language());
