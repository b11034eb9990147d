// Whether somebody else uses this phone: asked once, after somebody has signed in on it.
import { lockNote } from '../platform/lock-note';
import { readSlot, writeSlot } from '../platform/slots';
import { go } from './router';
import { state } from './store';

/** Stays when a session ends: it belongs to the phone, and says of nobody what they answered. */
const ASKED_SLOT = 'phone-asked';

export const noteAsked = (): void => writeSlot(ASKED_SLOT, 'yes');

/** Return whether something is open that comes first: a press, a reach-out of mine, or somebody who needs me. */
export const isNeeded = (): boolean =>
  !!state.pendingPress || !!state.myReachOut || state.circleEmpty || state.incoming.length > 0;

/** Ask, if that is still to be done and nothing comes before it. Call when what is open was fetched. */
export function askAboutPhone(): void {
  // Without a secure context there is no lock to offer; a link that was opened leads elsewhere.
  if (!isSecureContext || lockNote() || readSlot(ASKED_SLOT) || state.route.length) return;
  if (state.session === 'in' && state.online && state.refreshes && !isNeeded()) go('settings', 'lock', 'asked');
}
