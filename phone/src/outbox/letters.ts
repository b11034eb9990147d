// What was written without a network and waits on the phone: check-ins, words. Sealed, sent in order, each once.
import { post } from '../api/post';
import { problemType } from '../domain/problems';
import { newKey } from '../platform/random-key';
import type { Sealed } from '../platform/sealing';
import { sealed, unsealed } from '../platform/sealing';
import { drop, get, put } from '../platform/storage';
import { serializer } from './lock';

/** A request that creates something, or with PUT replaces it. However often it is sent, it has been sent once. */
export interface Letter {
  key: string;
  /** Whose letter it is; nobody else's session may send it. */
  person_id: string;
  path: string;
  body: unknown;
  method?: 'PUT';
  /** Milliseconds; when it was written. */
  at: number;
  /** Sent instead once the server has refused the body, so that nothing that was written is lost. */
  otherwise?: unknown;
}

/** What became of a letter that has left the phone. */
export interface Reply {
  letter: Letter;
  data?: unknown;
  error?: unknown;
}

const serialized = serializer('porchlight-letters');
/** Where nothing can be sealed, letters wait until the page is closed. */
let unsealable: Letter[] = [];

async function read(): Promise<Letter[]> {
  const held = await get<Sealed>('letters');
  // Sealed with a key that is gone: nobody can read it any more.
  return held ? unsealed<Letter[]>('letter-key', held).catch(() => []) : unsealable;
}

async function write(letters: Letter[]): Promise<void> {
  unsealable = letters;
  if (!letters.length) await Promise.all([drop('letters'), drop('letter-key')]);
  else if (isSecureContext) await put('letters', await sealed('letter-key', letters));
}

/** Return the letters of this person that wait on the phone, the oldest first. */
export const lettersOf = async (who: string | undefined): Promise<Letter[]> =>
  (await read()).filter((letter) => letter.person_id === who);

/** Keep a letter, in place of the one with the key `instead` as long as that one is still here. */
export const keep = (letter: Letter, instead?: string): Promise<void> =>
  serialized(async () => write([...(await read()).filter(({ key }) => key !== instead), letter]));

/** Give up a letter that is still here. */
export const discard = (key: string): Promise<void> =>
  serialized(async () => write((await read()).filter((letter) => letter.key !== key)));

/**
 * Send the letters of this person, in order, until one does not arrive. A letter that is refused is given up, and the
 * reply says why; with `otherwise`, that is sent in its place, unless somebody waits for the reply (`awaited`).
 */
export const sendLetters = (who: string | undefined, awaited?: string): Promise<Reply[]> =>
  serialized(async () => {
    const replies: Reply[] = [];
    let letters = await read();
    for (;;) {
      const letter = letters.find(({ person_id }) => person_id === who);
      const reply = letter && (await send(letter, letter.key === awaited));
      if (!letter || !reply) return replies;
      const rest = letters.filter((other) => other !== letter);
      const { otherwise, ...plain } = letter;
      const again = reply.error && otherwise && letter.key !== awaited;
      letters = again ? [{ ...plain, body: otherwise, key: newKey() }, ...rest] : rest;
      await write(letters);
      if (!again) replies.push(reply);
    }
  });

/** Send one; null when it is to be tried again later. */
async function send(letter: Letter, awaited: boolean): Promise<Reply | null> {
  try {
    const response = await post(letter.path, letter.body, letter.key, letter.method);
    const reply: unknown = await response.json();
    if (response.ok) return { letter, data: reply };
    const { status } = response;
    // A session that has ended, a server in trouble or a limit: none of these is a word about the letter.
    if (status === 401 || status === 408 || status >= 500) return null;
    // Three words are there already: they keep, and a fourth must not hold everything else back for a day.
    const unanswered = problemType(reply) === '/problems/reach-ins-unanswered';
    if (status === 429 && !awaited && !unanswered) return null;
    return { letter, error: reply };
  } catch {
    return null;
  }
}
