// What somebody needs, and whose reach-out still waits for a word from me. Pure but for who I am.
import type { ReachOut, Recipient } from '../api/client';
import type { Key } from '../i18n';
import { state } from './store';

export type Need = NonNullable<ReachOut['need']>;
/** The word for it on my own phone, and what the others read. */
export const NEEDS: Record<Need, { word: Key; says: Key }> = {
  talk: { word: 'need.talk', says: 'need-say.talk' },
  urge: { word: 'need.urge', says: 'need-say.urge' },
  lonely: { word: 'need.lonely', says: 'need-say.lonely' },
  company: { word: 'need.company', says: 'need-say.company' },
  check_on_me: { word: 'need.check_on_me', says: 'need-say.check_on_me' },
};
export const needs = Object.keys(NEEDS) as Need[];

export const mineIn = (of: ReachOut): Recipient | undefined =>
  of.recipients.find((recipient) => recipient.person.id === state.me?.id);

/** Nobody has answered, and I have not said that I can't. */
export const needsMe = (of: ReachOut): boolean => of.state === 'waiting' && !mineIn(of)?.answer;

/** Those who need me now: whoever has waited longest goes first. */
export const waitingLongest = (of: ReachOut[]): ReachOut[] =>
  of.filter(needsMe).sort((a, b) => Date.parse(a.created_at) - Date.parse(b.created_at));
