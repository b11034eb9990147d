// What a lamp shows: shape and words for how far a reach-out has come to somebody. Pure.
import type { Member, Recipient } from '../api/client';
import type { Key } from '../words';

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

/** Who is there for me: somebody who calls goes before somebody who writes, and before somebody who comes later. */
export function whoIsThere(recipients: Recipient[]): Recipient[] {
  return recipients
    .filter((recipient) => recipient.state === 'answered')
    .sort((a, b) => ANSWERS.indexOf(a.answer ?? '') - ANSWERS.indexOf(b.answer ?? ''));
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
  return { key: 'wait.unheard', who: [] };
}

/** Whom the first rung tells: step 1 as far as it is awake; the whole circle, when nobody is there for that. */
export function firstTold<T extends Pick<Member, 'state' | 'step' | 'available_now'>>(circle: T[]): T[] {
  const active = circle.filter((member) => member.state === 'active');
  const first = active.filter((member) => member.step === 1 && member.available_now);
  return first.length ? first : active;
}
