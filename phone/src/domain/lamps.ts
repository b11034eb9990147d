// How far a reach-out has come, for each recipient and for all: lamp classes, order, who is there. Pure.
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

/** Nearest first: answered, seen, delivered, and so on. Ties keep the order of the circle. */
export const nearest = (recipients: Recipient[]): Recipient[] =>
  [...recipients].sort((a, b) => ORDER.indexOf(a.state) - ORDER.indexOf(b.state));

/** Whether anybody was told: until then those of the first rung are told at this moment, not with the next one. */
export const hasBegun = (recipients: Recipient[]): boolean => recipients.some(({ state }) => state !== 'queued');

type Answer = Pick<Recipient, 'answer' | 'answered_at' | 'minutes'>;
const MINUTE_MS = 60_000;

/** Return the moment that an answer names: for a later call the promised time, else when it was given. */
export const promisedAt = ({ answered_at, answer, minutes }: Answer): number =>
  Date.parse(answered_at ?? '') + (answer === 'soon' ? (minutes ?? 0) * MINUTE_MS : 0);

/** Whether the call should have come: a minute after the promised time, or five minutes after "calling now". */
export const isPast = (answer: Answer, now: number): boolean =>
  (answer.answer === 'soon' || answer.answer === 'calling') &&
  now >= promisedAt(answer) + (answer.answer === 'soon' ? 1 : 5) * MINUTE_MS;

const ANSWERS = ['calling', 'here', 'soon'];

/**
 * Return who is there for me: who calls now goes before who writes, then who calls later. Promises that are past go last.
 */
export function whoIsThere(recipients: Recipient[], now = -Infinity): Recipient[] {
  const rank = (recipient: Recipient) =>
    ANSWERS.indexOf(recipient.answer ?? '') + (isPast(recipient, now) ? ANSWERS.length : 0);
  return recipients.filter(({ state }) => state === 'answered').sort((a, b) => rank(a) - rank(b));
}

/** The states of a recipient before an answer, nearest first. */
const ON_THE_WAY = ['seen', 'delivered', 'handed', 'queued'] as const;

export interface Progress {
  state: (typeof ON_THE_WAY)[number] | 'inbox_only' | 'declined' | 'unreachable';
  people: Recipient[];
}

/** Return the furthest state that the reach-out has come to while waiting, and the people in it. */
export function furthestProgress(recipients: Recipient[]): Progress {
  const inState = (wanted: RecipientState) => recipients.filter(({ state }) => state === wanted);
  for (const state of ON_THE_WAY) {
    const people = inState(state);
    if (people.length) return { state, people };
  }
  // No phone has it: it is their quiet time, they have declined, or they cannot be reached.
  if (inState('inbox_only').length) return { state: 'inbox_only', people: [] };
  const people = inState('declined');
  return { state: people.length ? 'declined' : 'unreachable', people };
}
