// Whose reach-out still waits for a word from me. Pure but for who I am.
import type { ReachOut, Recipient } from '../api/client';
import { state } from './store';

export const mineIn = (of: ReachOut): Recipient | undefined => of.recipients.find((recipient) => recipient.person.id === state.me?.id);

/** Nobody has answered, and I have not said that I can't. */
export const needsMe = (of: ReachOut): boolean => of.state === 'waiting' && !mineIn(of)?.answer;
