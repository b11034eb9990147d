// What a lamp shows: shape and words for how far a reach-out has come to somebody. Pure.
import type { Member, Recipient } from '../api/client';
import type { Key } from '../i18n';

type RecipientState = Recipient['state'];

/**
 * Nearest first. The lamp's classes: dim, lit or bright; s0 to s4 is how much of the ring is closed. Its words. And what is said of
 * them all while nobody has come nearer.
 */
export const STATES: Record<RecipientState, { lamp: string; says: Key; truth?: Key }> = {
  answered: { lamp: 'bright s4', says: 'state.answered' },
  seen: { lamp: 'lit s3', says: 'state.seen', truth: 'wait.seen' },
  delivered: { lamp: 'lit s2', says: 'state.delivered', truth: 'wait.delivered' },
  handed: { lamp: 'lit s1', says: 'state.handed', truth: 'wait.told' },
  queued: { lamp: 'dim s0', says: 'state.queued', truth: 'wait.queued' },
  inbox_only: { lamp: 'dim s0', says: 'state.inbox_only' },
  unreachable: { lamp: 'dim off', says: 'state.unreachable' },
  declined: { lamp: 'dim no', says: 'state.declined' },
};

/** Dim: not reachable now; lit: reachable now; bright: has answered. */
export const memberLamp = (member: Pick<Member, 'available_now'>): string => (member.available_now ? 'lit' : 'dim');

const ORDER = Object.keys(STATES);
const ANSWERS = ['calling', 'here', 'soon'];

/** Nearest first: who answers, who has seen it, whom it has reached. Equal ones keep the order of the circle. */
export function nearest(recipients: Recipient[]): Recipient[] {
  return [...recipients].sort((a, b) => ORDER.indexOf(a.state) - ORDER.indexOf(b.state));
}

const MINUTE_MS = 60_000;

/** The moment that an answer names: of a call that comes later the promised one, else when it was given. */
export const promised = ({ answered_at, answer, minutes }: Answer): number =>
  Date.parse(answered_at ?? '') + (answer === 'soon' ? (minutes ?? 0) * MINUTE_MS : 0);
type Answer = Pick<Recipient, 'answer' | 'answered_at' | 'minutes'>;

/** A call that was promised has its own minute, one that comes at once has five; after that it is only what somebody said. */
export const past = (of: Answer, now: number): boolean =>
  (of.answer === 'soon' || of.answer === 'calling') && now >= promised(of) + (of.answer === 'soon' ? 1 : 5) * MINUTE_MS;

/**
 * Who is there for me: somebody who calls goes before somebody who writes, and before somebody who comes later. What was
 * only said goes last.
 */
export function whoIsThere(recipients: Recipient[], now = -Infinity): Recipient[] {
  const rank = (of: Recipient) => ANSWERS.indexOf(of.answer ?? '') + (past(of, now) ? ANSWERS.length : 0);
  return recipients.filter((recipient) => recipient.state === 'answered').sort((a, b) => rank(a) - rank(b));
}

export interface Truth {
  key: Key;
  who: Recipient[];
}

/** The truest thing that can be said while waiting: the furthest that it has come to anybody, and to whom. */
export function truth(recipients: Recipient[]): Truth {
  for (const [reached, { truth: key }] of Object.entries(STATES)) {
    const who = recipients.filter((recipient) => recipient.state === reached);
    if (key && who.length) return { key, who };
  }
  // No phone has it: because it is their quiet time, because they have said that they can't, or because there is no way.
  if (recipients.some(({ state }) => state === 'inbox_only')) return { key: 'wait.quiet', who: [] };
  const who = recipients.filter(({ state }) => state === 'declined');
  return who.length ? { key: 'wait.declined', who } : { key: 'wait.unheard', who };
}

/** Whose phones ring first: those of step 1 as far as they are awake, else those of whoever is. Nobody's, when nobody is. */
export function firstTold<T extends Pick<Member, 'state' | 'step' | 'available_now'>>(circle: T[]): T[] {
  const awake = circle.filter((member) => member.state === 'active' && member.available_now);
  const first = awake.filter((member) => member.step === 1);
  return first.length ? first : awake;
}

/** Whose phones ring when everyone told is asked again: who is awake now and has not said that they can't. */
export function askedAgain(recipients: Recipient[], circle: Pick<Member, 'person' | 'available_now'>[]): Recipient[] {
  const awake = new Set(circle.filter((member) => member.available_now).map((member) => member.person.id));
  // Not again: who said that they can't, and who is there. Not again yet: who has not been told.
  return recipients.filter(
    (recipient) => !['declined', 'answered', 'queued'].includes(recipient.state) && awake.has(recipient.person.id),
  );
}
