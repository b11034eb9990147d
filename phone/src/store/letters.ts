// What waits on the phone to be sent, as the page sees it. Loaded once something is written, or found waiting.
import type { Letter, Reply } from '../outbox/letters';
import { discard, keep, lettersOf, sendLetters } from '../outbox/letters';
import { requestSync } from '../platform/background-sync';
import { newKey } from '../platform/random-key';
import { change, state } from './store';

interface Outcome {
  data?: unknown;
  error?: unknown;
  /** It is kept on the phone, and sent when there is a network. */
  waits?: boolean;
}

type How = Pick<Letter, 'otherwise' | 'replaces' | 'method'>;

/**
 * Send a request now or as soon as there is a network, once. What the server refuses while somebody waits is an error; later,
 * `otherwise` is sent in its place. `instead`: a letter in whose place it goes, whether that one still waits or has arrived.
 */
export async function sendOrKeep(path: string, body: unknown, how: How = {}, instead?: Letter): Promise<Outcome> {
  if (!state.me) return {};
  const { key } = await keep({ key: newKey(), person_id: state.me.id, path, body, at: Date.now(), ...how }, instead);
  await loadLetters();
  void requestSync('letters');
  const replies = await sendKept(key);
  return replies.find(({ letter }) => letter.key === key) ?? { waits: true };
}

/** Read what waits on the phone, without a network too. */
export async function loadLetters(): Promise<void> {
  change({ letters: await lettersOf(state.me?.id) });
}

/** Called with what left the phone while nobody waited for the reply. */
export const onSentLater: { call: (replies: Reply[]) => Promise<void> } = { call: () => Promise.resolve() };

/** Send whatever waits. Safe to call at any time. */
export async function sendKept(awaited?: string) {
  const who = state.me?.id;
  const replies = state.session === 'in' ? await sendLetters(who, awaited) : [];
  await onSentLater.call(replies.filter(({ letter }) => letter.key !== awaited));
  const letters = await lettersOf(who);
  if (replies.length || letters.length !== state.letters.length)
    change({ letters, refreshes: state.refreshes + (replies.length ? 1 : 0) });
  return replies;
}

export async function giveUp(key: string): Promise<void> {
  await discard(key);
  await sendKept();
}
