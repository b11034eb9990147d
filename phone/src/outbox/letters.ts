// What was written without a network and waits on the phone: check-ins, words. Sealed, sent in order, each once.
import { post } from '../api/post';
import { problemType } from '../domain/problems';
import { whenForgotten } from '../platform/forget';
import { newKey } from '../platform/random-key';
import type { Sealed } from '../platform/sealing';
import { putSealed, unsealed } from '../platform/sealing';
import { drop, get, whileKept } from '../platform/storage';
import { serializer } from './lock';

/** A request that creates something, or with a method replaces or removes it. However often it is sent, it has been sent once. */
export interface Letter {
  key: string;
  /** Whose letter it is; nobody else's session may send it. */
  person_id: string;
  path: string;
  body: unknown;
  method?: 'PUT' | 'DELETE';
  /** Milliseconds; when it was written. */
  at: number;
  /** Sent instead once the server has refused the body, so that nothing that was written is lost. */
  otherwise?: unknown;
  /** Paths of what this takes the place of; they are removed once it has arrived. */
  replaces?: string[];
  /** What stood in its place before, was sent under the same key, and may have arrived although no reply came. */
  earlier?: unknown[];
  /** How often its key was used up by something earlier: it is sent under the next one. */
  used?: number;
}

/** What became of a letter that has left the phone. */
export interface Reply {
  letter: Letter;
  data?: unknown;
  error?: unknown;
}

type Keys = Pick<ReadonlySet<string>, 'has'>;

const serialized = serializer('porchlight-letters');
/** Where nothing can be sealed, letters wait here until the page is closed. */
let unsealable: Letter[] = [];
whenForgotten((end) => {
  if (end !== 'expired' && end !== 'locked') unsealable = [];
});

async function read(): Promise<Letter[]> {
  if (unsealable.length) return unsealable;
  const held = await get<Sealed>('letters');
  // Sealed with a key that is gone: nobody can read it any more.
  return held ? unsealed<Letter[]>('letter-key', held).catch(() => []) : [];
}

async function write(letters: Letter[]): Promise<void> {
  unsealable = letters;
  if (!letters.length) await Promise.all([drop('letters'), drop('letter-key')]);
  else if (isSecureContext) {
    // A browser that does not seal in time, or at all, must not lose what was written.
    await putSealed('letters', 'letter-key', letters).then(
      // Another tab may send them or give them up, and what it has emptied is empty here.
      () => (unsealable = []),
      () => undefined,
    );
  }
}

/** Return the letters of this person that wait on the phone, the oldest first. */
export const lettersOf = async (who: string | undefined): Promise<Letter[]> =>
  (await read()).filter((letter) => letter.person_id === who);

/**
 * Keep a letter. In place of `instead` it takes that one's key, so that only one of the two can arrive, wherever that one is by now.
 * Return it as it is kept.
 */
export const keep = (letter: Letter, instead?: Letter): Promise<Letter> => {
  const isKept = whileKept('letters');
  return serialized(async () => {
    const letters = await read();
    const before = letters.find(({ key }) => key === instead?.key) ?? instead;
    const kept = before ? inPlaceOf(before, letter) : letter;
    if (isKept()) await write([...letters.filter(({ key }) => key !== kept.key), kept]);
    return kept;
  });
};

function inPlaceOf(before: Letter, letter: Letter): Letter {
  const { key, body, otherwise, used } = before;
  return {
    ...letter,
    key,
    ...(used && { used }),
    replaces: [...(before.replaces ?? []), ...(letter.replaces ?? [])],
    // A body that is put in place of another by its path needs no looking for.
    ...(!letter.method && {
      earlier: [...(before.earlier ?? []), body, ...(otherwise === undefined ? [] : [otherwise])],
    }),
  };
}

/** Give up a letter that is still here. */
export const discard = (key: string): Promise<void> => {
  const isKept = whileKept('letters');
  return serialized(async () => {
    const letters = await read();
    if (isKept()) await write(letters.filter((letter) => letter.key !== key));
  });
};

/**
 * Send the letters of this person, in order, until one does not arrive. A letter that is refused is given up, and the
 * reply says why; with `otherwise`, that is sent in its place, unless somebody waits for the reply (its key is `awaited`).
 */
export const sendLetters = (who: string | undefined, awaited: Keys = new Set()): Promise<Reply[]> => {
  const isKept = whileKept('letters');
  return serialized(async () => {
    const replies: Reply[] = [];
    let letters = await read();
    // Once they have signed out, nothing is put back, nor sent in the name of whoever signs in next.
    while (isKept()) {
      const letter = letters.find(({ person_id }) => person_id === who);
      const tried = letter && (await attempt(letter, awaited.has(letter.key)).catch(() => null));
      if (!tried || !isKept()) break;
      letters = letters.flatMap((other) => (other === letter ? tried.next : other));
      await write(letters);
      if (tried.reply) replies.push(tried.reply);
    }
    return replies;
  });
};

/** A reply, and the letters that take the place of this one. */
interface Tried {
  reply?: Reply;
  next: Letter[];
}

/** Send one; null when it is to be tried again later. Throws without a network. */
async function attempt(letter: Letter, awaited: boolean): Promise<Tried | null> {
  const { otherwise, ...plain } = letter;
  const [status, content] = await request(letter, letter.body);
  // What another tap or phone has removed already is removed.
  if (status < 400 || (status === 404 && letter.method === 'DELETE'))
    return { reply: { letter, data: content }, next: (letter.replaces ?? []).map((path) => removal(path, letter)) };
  if (saysNothing(status)) return null;
  const type = problemType(content);
  if (type === '/problems/key-reused' && letter.earlier?.length) return behindEarlier(letter, letter.earlier);
  // Three words are there already: they keep, and a fourth must not hold everything else back for a day.
  if (status === 429 && !awaited && type !== '/problems/reach-ins-unanswered') return null;
  // Refused, it has not used up its key.
  if (otherwise && !awaited) return { next: [{ ...plain, body: otherwise }] };
  return { reply: { letter, error: content }, next: [] };
}

/** A session that has ended, or a server in trouble: neither is a word about the letter. */
const saysNothing = (status: number): boolean => status === 401 || status === 408 || status >= 500;

/** Something earlier has arrived under this key: find what by sending it again, which changes nothing, and take its place. */
async function behindEarlier(letter: Letter, earlier: unknown[]): Promise<Tried | null> {
  const replaces = [...(letter.replaces ?? [])];
  for (const body of earlier) {
    const [status, content] = await request(letter, body);
    if (saysNothing(status) || status === 429) return null;
    if (status < 400) replaces.push(`${letter.path}/${(content as { id: string }).id}`);
  }
  return { next: [{ ...letter, used: (letter.used ?? 0) + 1, replaces }] };
}

const removal = (path: string, { person_id, at }: Letter): Letter => ({
  key: newKey(),
  person_id,
  path,
  body: undefined,
  method: 'DELETE',
  at,
});

async function request({ path, key, used, method }: Letter, body: unknown): Promise<[number, unknown]> {
  const response = await post(path, body, used ? `${key}-${used}` : key, method);
  return [response.status, response.status === 204 ? undefined : await response.json()];
}
