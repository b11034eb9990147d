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

/**
 * Send a POST that creates something, now or as soon as there is a network, once. What the server refuses while
 * somebody waits is an error; later, `otherwise` is sent in its place. `instead`: the key of a letter that it replaces.
 */
export async function sendOrKeep(
  path: string,
  body: unknown,
  { otherwise, instead, method }: { otherwise?: unknown; instead?: string | undefined; method?: 'PUT' } = {},
): Promise<Outcome> {
  if (!state.me) return {};
  const letter: Letter = {
    key: newKey(),
    person_id: state.me.id,
    path,
    body,
    at: Date.now(),
    ...(otherwise !== undefined && { otherwise }),
    ...(method && { method }),
  };
  await keep(letter, instead);
  change({ letters: await lettersOf(letter.person_id) });
  void requestSync('letters');
  const replies = await sendKept(letter.key);
  const reply = replies.find((sent) => sent.letter.key === letter.key);
  return reply ?? { waits: true };
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
