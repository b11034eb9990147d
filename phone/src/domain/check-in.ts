// Check-ins: what may be said in one, which of its parts were given, and when a hand is offered. Pure.
import type { Schemas } from '../contract/types';
import { sameDay } from './day';

export type CheckIn = Schemas['CheckInOut'];
export type Content = Pick<Schemas['CheckIn'], 'feeling' | 'halt' | 'note' | 'week'>;
export type Part = NonNullable<Schemas['Share']['parts']>[number];
/** Parts by membership: who may see what. */
export type Shares = Record<string, Part[]>;
export type WeekItem = keyof Schemas['WeeklyLook'];

/** The lamp of each feeling, from very low to good. It is never out: very low is a spark. */
export const FEELING_LAMPS = ['ember', 'low', 'lit', 'full', 'bright'] as const;
export const HALTS = ['hungry', 'angry', 'lonely', 'tired'] as const;
/** What holds is asked before what pulls, and what pulls before the week to come. */
export const WEEK = {
  held: ['people', 'honest', 'care', 'sleep'],
  pulled: ['urges', 'feelings'],
  next: ['sure'],
} as const;
export const WEEK_ITEMS: readonly WeekItem[] = [...WEEK.held, ...WEEK.pulled, ...WEEK.next];
/** Whether an item is wind around the lamp, and not light in it. */
export const isWind = (item: WeekItem): boolean => item === 'urges' || item === 'feelings';

/** As the server decides it: the circle is offered to the person, and nobody is told. */
export const offersCircle = ({ feeling, halt }: Content): boolean => feeling === 0 || !!halt?.includes('lonely');

/** Return the parts that were given, in the order in which they are asked. */
export function givenParts({ feeling, halt, note, week }: Content): Part[] {
  const parts: Part[] = [];
  if (typeof feeling === 'number') parts.push('feeling');
  if (halt?.length) parts.push('halt');
  if (note?.trim()) parts.push('note');
  for (const item of WEEK_ITEMS) if (typeof week?.[item] === 'number') parts.push(`week.${item}`);
  return parts;
}

/** Return the shares that a request can hold: of parts that were given, and of nobody who would see nothing. */
export function givenShares(content: Content, shares: Shares): { membership_id: string; parts: Part[] }[] {
  const given = givenParts(content);
  return Object.entries(shares)
    .map(([membership_id, parts]) => ({ membership_id, parts: given.filter((part) => parts.includes(part)) }))
    .filter((share) => share.parts.length);
}

/** Whether somebody sees less of it than was given. */
export function isSharedInPart(content: Content, shares: Schemas['Share'][]): boolean {
  const given = givenParts(content);
  return shares.some(({ parts }) => parts && given.some((part) => !parts.includes(part)));
}

interface Waiting {
  path: string;
  at: number;
  body: unknown;
}

/** Return today's check-in that the server does not have yet: the last one that waits on the phone, but no week. */
export function waitingCheckIn<Letter extends Waiting>(letters: Letter[], now: number, zone?: string) {
  const found = letters
    .map((letter) => ({ ...letter, body: letter.body as Content & { shares?: Schemas['Share'][] } }))
    .filter(({ path, at, body }) => path === '/v1/check-ins' && sameDay(zone, at, now) && !body.week);
  return found.at(-1);
}
