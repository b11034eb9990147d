// Lengths of time, as the language writes them: 90 seconds, 3 minutes, 1 hour.
import { language } from './index';

export function span(seconds: number): string {
  const [value, unit] = seconds >= 3600 && seconds % 1800 === 0 ? [seconds / 3600, 'hour'] : seconds >= 60 && seconds % 30 === 0 ? [seconds / 60, 'minute'] : [seconds, 'second'];
  return new Intl.NumberFormat(language(), { style: 'unit', unit, unitDisplay: 'long' }).format(value);
}
