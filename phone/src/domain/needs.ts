// What somebody needs, and whose reach-out still waits for an answer from me. Pure.
import type { ReachOut, Recipient } from '../contract/types';

export type Need = NonNullable<ReachOut['need']>;

type PersonId = string | undefined;

/** Return me among those who were told. */
export const myRecipient = (reachOut: ReachOut, me: PersonId): Recipient | undefined =>
  reachOut.recipients.find((recipient) => recipient.person.id === me);

/** Return the answer that holds: what was said to a calm ask is no answer to the press that it has become. */
export const answerOf = (recipient: Pick<Recipient, 'state' | 'answer'> | undefined): Recipient['answer'] =>
  recipient && (recipient.state === 'answered' || recipient.state === 'declined') ? recipient.answer : null;

/** Return whether nobody has answered, and I have not said that I can't. */
const unanswered = (reachOut: ReachOut, me: PersonId): boolean =>
  reachOut.state === 'waiting' && !answerOf(myRecipient(reachOut, me));

/** Return whether a press waits for me. A calm ask needs nobody. */
export const needsMe = (reachOut: ReachOut, me: PersonId): boolean => !reachOut.calm && unanswered(reachOut, me);

/** Return whether somebody asks calmly, and nobody has said yes, nor I anything. */
export const asksMeCalmly = (reachOut: ReachOut, me: PersonId): boolean => reachOut.calm && unanswered(reachOut, me);

/** Return the reach-outs that need me now, longest waiting first. */
export const waitingLongest = (reachOuts: ReachOut[], me: PersonId): ReachOut[] =>
  reachOuts
    .filter((reachOut) => needsMe(reachOut, me))
    .sort((a, b) => Date.parse(a.created_at) - Date.parse(b.created_at));
