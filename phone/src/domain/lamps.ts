// How far a reach-out has come, to each and to all: the shape of a lamp, the order of the lamps, who is there. Pure.
import type { Member, Recipient } from '../contract/types';

export type RecipientState = Recipient['state'];

/** Nearest first. The lamp's classes: dim, lit or bright; s0 to s4 is how much of the ring is closed. */
export const LAMPS: Record<RecipientState, string> = {
  answered: 'bright s4',
  seen: 'lit s3',
  delivered: 'lit s2',
  handed: 'lit s1',
  queued: 'dim s0',
  inbox_only: 'dim s0',
  unreachable: 'dim off',
  declined: 'dim no',
};
const ORDER = Object.keys(LAMPS);

/** Dim: not reachable now; lit: reachable now. */
export const memberLamp = (member: Pick<Member, 'available_now'>): string => (member.available_now ? 'lit' : 'dim');

/** Nearest first: who answers, who has seen it, whom it has reached. Equal ones keep the order of the circle. */
export const nearest = (recipients: Recipient[]): Recipient[] =>
  [...recipients].sort((a, b) => ORDER.indexOf(a.state) - ORDER.indexOf(b.state));

type Answer = Pick<Recipient, 'answer' | 'answered_at' | 'minutes'>;
const MINUTE_MS = 60_000;

/** Return the moment that an answer names: of a call that comes later the promised one, else when it was given. */
export const promisedAt = ({ answered_at, answer, minutes }: Answer): number =>
  Date.parse(answered_at ?? '') + (answer === 'soon' ? (minutes ?? 0) * MINUTE_MS : 0);

/** A call that was promised has its own minute, one that comes at once has five; after that it is only what somebody said. */
export const isPast = (answer: Answer, now: number): boolean =>
  (answer.answer === 'soon' || answer.answer === 'calling') &&
  now >= promisedAt(answer) + (answer.answer === 'soon' ? 1 : 5) * MINUTE_MS;

const ANSWERS = ['calling', 'here', 'soon'];

/**
 * Return who is there for me: somebody who calls goes before somebody who writes, and before somebody who comes later.
 * What was only said goes last.
 */
export function whoIsThere(recipients: Recipient[], now = -Infinity): Recipient[] {
  const rank = (recipient: Recipient) =>
    ANSWERS.indexOf(recipient.answer ?? '') + (isPast(recipient, now) ? ANSWERS.length : 0);
  return recipients.filter(({ state }) => state === 'answered').sort((a, b) => rank(a) - rank(b));
}

/** How near a reach-out can come to anybody while it waits for an answer, nearest first. */
const ON_THE_WAY = ['seen', 'delivered', 'handed', 'queued'] as const;

export interface Progress {
  state: (typeof ON_THE_WAY)[number] | 'inbox_only' | 'declined' | 'unreachable';
  people: Recipient[];
}

/** Return the truest thing that can be said while waiting: the furthest that it has come to anybody, and to whom. */
export function furthestProgress(recipients: Recipient[]): Progress {
  const inState = (wanted: RecipientState) => recipients.filter(({ state }) => state === wanted);
  for (const state of ON_THE_WAY) {
    const people = inState(state);
    if (people.length) return { state, people };
  }
  // No phone has it: because it is their quiet time, because they have said that they can't, or because there is no way.
  if (inState('inbox_only').length) return { state: 'inbox_only', people: [] };
  const people = inState('declined');
  return { state: people.length ? 'declined' : 'unreachable', people };
}
