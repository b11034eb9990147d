// Whose standing words ("When you press, I …") stand beside the button today.
import type { Member } from '../contract/types';

const DAY_MS = 24 * 60 * 60_000;

/** Somebody with words of their own: of those who can be reached now if there are any; another one each day. */
export function wordsOfDay(circle: Member[], now: number): Member | undefined {
  const written = circle.filter((member) => member.state === 'active' && member.standing_words);
  const reachable = written.filter((member) => member.available_now);
  const from = reachable.length ? reachable : written;
  return from[Math.floor(now / DAY_MS) % from.length];
}

/** Return the words without what stands before their field ("When you press, I") or ends it ("I"), where it was written once more. */
export function withoutLead(words: string, lead: string): string {
  const last = lead.split(' ').at(-1) ?? '';
  const repeated = [lead, last].find((start) => new RegExp(`^${start}[ '’]`, 'i').test(words));
  return repeated ? words.slice(repeated.length).trimStart() : words;
}
