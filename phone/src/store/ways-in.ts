// What opens my account. One way is enough to come in, and too few for a phone that gets lost.
import { api } from '../api/client';
import { change, state } from './store';

/** Return whether one way is all there is; false until that is known. */
export function hasOneWayIn(): boolean {
  const ways = state.me?.ways_in;
  return !!ways && Number(ways.passphrase) + ways.passkeys + Number(ways.recovery_codes > 0) < 2;
}

/** Load my profile again, after a way in was added or removed. */
export async function refreshWaysIn(): Promise<void> {
  const { data } = await api.GET('/v1/me');
  if (data) change({ me: data });
}
