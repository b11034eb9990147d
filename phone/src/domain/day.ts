// Days and times of day on the calendar of a time zone. The server goes by the zone of the person, wherever their phone is. Pure.

type Zone = string | undefined;

const PARTS: Intl.DateTimeFormatOptions = {
  year: 'numeric',
  month: '2-digit',
  day: '2-digit',
  hour: '2-digit',
  minute: '2-digit',
  hourCycle: 'h23',
};

/** Return a format in this zone; in the phone's where none is given or the phone does not know it. */
function formatIn(timeZone: Zone): Intl.DateTimeFormat {
  try {
    return new Intl.DateTimeFormat('en', timeZone ? { ...PARTS, timeZone } : PARTS);
  } catch {
    return new Intl.DateTimeFormat('en', PARTS);
  }
}

function partsIn(zone: Zone, at: string | number): Record<string, string> {
  const parts = formatIn(zone).formatToParts(new Date(at));
  return Object.fromEntries(parts.map(({ type, value }) => [type, value]));
}

/** Return the day of a moment as the API writes it: "2026-03-10". */
export function dayIn(zone: Zone, at: string | number): string {
  const { year, month, day } = partsIn(zone, at);
  return `${year}-${month}-${day}`;
}

/** Return the time of a moment as the API writes it: "09:05". */
export function timeIn(zone: Zone, at: string | number): string {
  const { hour, minute } = partsIn(zone, at);
  return `${hour}:${minute}`;
}

export const sameDay = (zone: Zone, one: string | number, other: string | number): boolean =>
  dayIn(zone, one) === dayIn(zone, other);
