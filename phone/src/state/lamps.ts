// What a lamp shows: shape and words for how far a reach-out has come to somebody. Pure.
import type { Member, Recipient } from '../api/client';
import type { Key } from '../words';

type RecipientState = Recipient['state'];

/** The lamp's classes: dim, lit or bright; s0 to s4 is how much of the ring is closed. */
export const LAMP: Record<RecipientState, string> = {
  queued: 'dim s0',
  handed: 'lit s1',
  delivered: 'lit s2',
  seen: 'lit s3',
  answered: 'bright s4',
  declined: 'dim no',
  unreachable: 'dim off',
  inbox_only: 'dim s0',
};

/** Dim: not reachable now; lit: reachable now; bright: has answered. */
export const memberLamp = (member: Pick<Member, 'available_now'>): string => (member.available_now ? 'lit' : 'dim');

const ORDER: RecipientState[] = ['answered', 'seen', 'delivered', 'handed', 'queued', 'inbox_only', 'unreachable', 'declined'];
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
  const furthest: [RecipientState, Key][] = [
    ['seen', 'wait.seen'],
    ['delivered', 'wait.delivered'],
    ['handed', 'wait.told'],
    ['queued', 'wait.queued'],
  ];
  for (const [reached, key] of furthest) {
    const who = recipients.filter((recipient) => recipient.state === reached);
    if (who.length) return { key, who };
  }
  return { key: 'wait.unheard', who: [] };
}

/** Whom the first rung tells: step 1 as far as it is awake; the whole circle, when nobody is there for that. */
export function firstTold<T extends Pick<Member, 'state' | 'step' | 'available_now'>>(circle: T[]): T[] {
  const active = circle.filter((member) => member.state === 'active');
  const first = active.filter((member) => member.step === 1 && member.available_now);
  return first.length ? first : active;
}
