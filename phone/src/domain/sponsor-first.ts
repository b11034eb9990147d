// Whom one turns to first. Pure.
import type { Member } from '../contract/types';

/** The members with a sponsor before everybody else. */
export const sponsorFirst = <T extends Pick<Member, 'role'>>(members: T[]): T[] =>
  [...members].sort((a, b) => Number(b.role === 'sponsor') - Number(a.role === 'sponsor'));
