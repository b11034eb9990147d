// Whose phones a press makes ring. Pure.
//
// The server decides this when a press arrives (rules of its ladder: rung 1 pushes the members of step 1 who are available,
// or else everybody who is; a repeated press pushes everyone told who is available, has not declined and is not there
// already). No reply says it: a circle names `step` and `available_now` of each member, a reach-out how far it has come to
// each recipient, and neither whose phone rings next or rang again. What is said of it before and after a press is
// therefore derived here, from those fields, and nowhere else.
import type { Member, Recipient } from '../contract/types';

/** Return whose phones a press makes ring first; nobody's, when everybody keeps their quiet time. */
export function firstPushRecipients<T extends Pick<Member, 'state' | 'step' | 'available_now'>>(circle: T[]): T[] {
  const available = circle.filter((member) => member.state === 'active' && member.available_now);
  const firstStep = available.filter((member) => member.step === 1);
  return firstStep.length ? firstStep : available;
}

const NOT_PUSHED_AGAIN = ['declined', 'answered', 'queued'];

/** Return whose phones ring when everyone told is pushed once more. */
export function repeatPushRecipients(
  recipients: Recipient[],
  circle: Pick<Member, 'person' | 'available_now'>[],
): Recipient[] {
  const available = new Set(circle.filter((member) => member.available_now).map((member) => member.person.id));
  return recipients.filter(({ state, person }) => !NOT_PUSHED_AGAIN.includes(state) && available.has(person.id));
}
