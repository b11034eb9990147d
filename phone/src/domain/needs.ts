// What somebody needs, and whose reach-out still waits for an answer from me. Pure.
import type { ReachOut, Recipient } from '../contract/types';

export type Need = NonNullable<ReachOut['need']>;

type PersonId = string | undefined;

/** Return me among those who were told. */
export const myRecipient = (reachOut: ReachOut, me: PersonId): Recipient | undefined =>
  reachOut.recipients.find((recipient) => recipient.person.id === me);

/** Return whether nobody has answered, and I have not said that I can't. */
export const needsMe = (reachOut: ReachOut, me: PersonId): boolean =>
  reachOut.state === 'waiting' && !myRecipient(reachOut, me)?.answer;

/** Return the reach-outs that need me now, longest waiting first. */
export const waitingLongest = (reachOuts: ReachOut[], me: PersonId): ReachOut[] =>
  reachOuts
    .filter((reachOut) => needsMe(reachOut, me))
    .sort((a, b) => Date.parse(a.created_at) - Date.parse(b.created_at));
