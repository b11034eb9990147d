// Of whom a circle is made. Pure.
import type { Member } from '../contract/types';

/** The members who are told of a press: those who were confirmed. */
export const activeMembers = <T extends Pick<Member, 'state'>>(circle: T[] | null): T[] =>
  (circle ?? []).filter(({ state }) => state === 'active');
