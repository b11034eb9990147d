// The end of a night off. Pure.

/** Return eight o'clock after this night; before five in the morning, that is the same day. */
export function morning(now: Date): Date {
  const then = new Date(now);
  then.setHours(now.getHours() < 5 ? 8 : 32, 0, 0, 0);
  return then;
}
