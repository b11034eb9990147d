// Who of a circle has a page for what passes between two presses: everybody but guests. Pure.
import type { Member } from '../contract/types';
import { activeMembers } from './circle';

/** The members to whom a check-in, a bookend or something that one means to do can be shown, and words be written. */
export const withApp = <T extends Pick<Member, 'state' | 'guest'>>(circle: T[] | null): T[] =>
  activeMembers(circle).filter(({ guest }) => !guest);
