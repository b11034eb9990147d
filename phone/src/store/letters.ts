// What waits on the phone to be sent, as the page sees it. Loaded once something is written, or found waiting.
import type { Letter, Reply } from '../outbox/letters';
import { discard, keep, lettersOf, sendLetters } from '../outbox/letters';
import { requestSync } from '../platform/background-sync';
import { whenForgotten } from '../platform/forget';
import { newKey } from '../platform/random-key';
import { change, state } from './store';

interface Outcome {
  data?: unknown;
  error?: unknown;
  /** It is kept on the phone, and sent when there is a network. */
  waits?: boolean;
}

/** The letters whose writer waits for the reply, and the replies: a refresh may send everything before the writer does. */
const awaited = new Map<string, Reply | null>();
whenForgotten(() => {
  awaited.clear();
});

type How = Pick<Letter, 'otherwise' | 'replaces' | 'method'>;

/**
 * Send a request now or as soon as there is a network, once. What the server refuses while somebody waits is an error; later,
 * `otherwise` is sent in its place. `instead`: a letter in whose place it goes, whether that one still waits or has arrived.
 */
export async function sendOrKeep(path: string, body: unknown, how: How = {}, instead?: Letter): Promise<Outcome> {
  if (!state.me) return {};
  const key = instead?.key ?? newKey();
  awaited.set(key, null);
  try {
    await keep({ key, person_id: state.me.id, path, body, at: Date.now(), ...how }, instead);
    await loadLetters();
    void requestSync('letters');
    await sendKept();
    return awaited.get(key) ?? { waits: true };
  } finally {
    awaited.delete(key);
  }
}

/** Read what waits on the phone, without a network too. */
export async function loadLetters(): Promise<void> {
  change({ letters: await lettersOf(state.me?.id) });
}

/** Called with what left the phone while nobody waited for the reply. */
export const onSentLater: { call: (replies: Reply[]) => Promise<void> } = { call: () => Promise.resolve() };

/** Send whatever waits. Safe to call at any time. */
export async function sendKept(): Promise<void> {
  const who = state.me?.id;
  const replies = state.session === 'in' ? await sendLetters(who, awaited) : [];
  for (const reply of replies) if (awaited.has(reply.letter.key)) awaited.set(reply.letter.key, reply);
  await onSentLater.call(replies.filter(({ letter }) => !awaited.has(letter.key)));
  const letters = await lettersOf(who);
  if (replies.length || letters.length !== state.letters.length)
    change({ letters, refreshes: state.refreshes + (replies.length ? 1 : 0) });
}

export async function giveUp(key: string): Promise<void> {
  await discard(key);
  await sendKept();
}
