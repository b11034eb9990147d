// The invitation that somebody has opened: kept for this tab only, from the link through signing up to accepting.
import { readSlot, writeSlot } from '../platform/slots';
import { go } from './router';

const SLOT = 'invitation';

export const invitation = (): string | null => readSlot(SLOT, 'sessionStorage');

export const keepInvitation = (token: string | null): void => writeSlot(SLOT, token, 'sessionStorage');

/** Forget an unusable invitation, so that the next attempt creates an account without it. */
export const dropInvitation = (): void => keepInvitation(null);

/** After signing in: go to the pending invitation. Return whether there is one. */
export function resumeInvitation(): boolean {
  const token = invitation();
  if (token) go('invitation', token);
  return token !== null;
}
