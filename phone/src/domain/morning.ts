// When a night off is over. Pure.

/** Return eight o'clock after this night: somebody who goes to bed after midnight wakes on the same day. */
export function morning(now: Date): Date {
  const then = new Date(now);
  then.setHours(now.getHours() < 5 ? 8 : 32, 0, 0, 0);
  return then;
}
