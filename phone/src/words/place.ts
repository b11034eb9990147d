// Where this phone is, as far as it says so itself.

/** The region of the phone's own language setting (`US` of en-US), or nothing. */
export function region(): string | undefined {
  for (const tag of navigator.languages) {
    const found = new Intl.Locale(tag).region;
    if (found && /^[A-Z]{2}$/.test(found)) return found;
  }
  return undefined;
}

export const timeZone = (): string => Intl.DateTimeFormat().resolvedOptions().timeZone || 'UTC';
