// The phone's languages, region, time zone and formats. Browsers report odd values (`C`, `en-US@posix`, nothing at
// all), so everything is checked here, once, before it is used.

/** Return what `read` returns, or `fallback` where the browser returns nothing or throws. */
export function tryRead<T>(read: () => T | null | undefined, fallback: T): T {
  try {
    return read() ?? fallback;
  } catch {
    return fallback;
  }
}

/** Return the phone's languages, best first; only valid tags. `en_US.UTF-8@posix` is `en-US`, `C` is none. */
export function tags(): string[] {
  const reportedTags = [
    ...tryRead<readonly unknown[]>(() => navigator.languages, []),
    tryRead<unknown>(() => navigator.language, null),
  ];
  const plain = reportedTags
    .filter((tag) => typeof tag === 'string')
    .map((tag) => tag.replace(/[.@].*/, '').replace(/_/g, '-'));
  return [...new Set(plain.flatMap((tag) => tryRead(() => Intl.getCanonicalLocales(tag), [])))];
}

/** Return the region of the phone's language setting (`US` of en-US), if any. */
export function region(): string | undefined {
  for (const tag of tags()) {
    const regionCode = tryRead(() => new Intl.Locale(tag).region, '');
    if (/^[A-Z]{2}$/.test(regionCode)) return regionCode;
  }
  return undefined;
}

/** Return the phone's time zone if its name is known, else UTC. */
export function timeZone(): string {
  const zone = tryRead(() => new Intl.DateTimeFormat().resolvedOptions().timeZone, 'UTC');
  return tryRead(() => new Intl.DateTimeFormat('en', { timeZone: zone }) && zone, 'UTC');
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
      (text, tag) => text || tryRead(() => new Intl.DateTimeFormat(tag, options).format(then), ''),
      '',
    ) || plain
  );
}
