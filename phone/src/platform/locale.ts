// What this phone says of itself: languages, region, time zone, formats. Browsers report odd values here (`C`, `en-US@posix`, nothing
// at all), and what they report is checked once, in this file, before anything is made of it.

/** Return what `read` returns, or `fallback` where the browser returns nothing or throws. */
export function reported<T>(read: () => T | null | undefined, fallback: T): T {
  try {
    return read() ?? fallback;
  } catch {
    return fallback;
  }
}

/** The phone's own languages, best first: only what is a language tag. `en_US.UTF-8@posix` is `en-US`, `C` is none. */
export function tags(): string[] {
  const reportedTags = [
    ...reported<readonly unknown[]>(() => navigator.languages, []),
    reported<unknown>(() => navigator.language, null),
  ];
  const plain = reportedTags
    .filter((tag) => typeof tag === 'string')
    .map((tag) => tag.replace(/[.@].*/, '').replace(/_/g, '-'));
  return [...new Set(plain.flatMap((tag) => reported(() => Intl.getCanonicalLocales(tag), [])))];
}

/** The region of the phone's own language setting (`US` of en-US), or nothing. */
export function region(): string | undefined {
  for (const tag of tags()) {
    const regionCode = reported(() => new Intl.Locale(tag).region, '');
    if (/^[A-Z]{2}$/.test(regionCode)) return regionCode;
  }
  return undefined;
}

/** The phone's time zone by a name that exists, or UTC. */
export function timeZone(): string {
  const zone = reported(() => new Intl.DateTimeFormat().resolvedOptions().timeZone, 'UTC');
  return reported(() => new Intl.DateTimeFormat('en', { timeZone: zone }) && zone, 'UTC');
}

/** Format a moment in the first of these languages that the browser knows; '' for an invalid one. */
export function formatDate(
  at: string | number | Date,
  options: Intl.DateTimeFormatOptions,
  ...languages: string[]
): string {
  const then = new Date(at);
  if (Number.isNaN(then.getTime())) return '';
  const plain = options.hour
    ? `${then.getHours()}:${String(then.getMinutes()).padStart(2, '0')}`
    : `${then.getFullYear()}-${then.getMonth() + 1}-${then.getDate()}`;
  return (
    [...languages, 'en'].reduce(
      (text, tag) => text || reported(() => new Intl.DateTimeFormat(tag, options).format(then), ''),
      '',
    ) || plain
  );
}
