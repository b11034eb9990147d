// Threads on this phone: what was shown last, for when there is no network, and what stands typed in the field.
import type { ThreadItem } from '../contract/types';
import type { Reply } from '../outbox/letters';
import { serializer } from '../outbox/lock';
import { whenForgotten } from '../platform/forget';
import type { Sealed } from '../platform/sealing';
import { putSealed, unsealed } from '../platform/sealing';
import { get, whileKept } from '../platform/storage';
import { onSentLater, sendOrKeep } from './letters';
import { state } from './store';

/** Of how many people, and how much of each. */
const PEOPLE = 20;
const ITEMS = 30;

interface Kept {
  threads: Record<string, ThreadItem[]>;
  /** What was typed and has not arrived, by person, or by the form it stands in. */
  drafts: Record<string, string>;
  /** The newest that came from this person and was told to be read. An older release kept none. */
  read?: Record<string, string>;
}

const NOTHING = (): Kept => ({ threads: {}, drafts: {} });
let kept = NOTHING();
let keptOf = '';
/** Whose drafts were typed in this tab: here nothing that is stored is newer than they are. */
let typed = new Set<string>();
whenForgotten(() => {
  kept = NOTHING();
  typed = new Set();
  keptOf = '';
});

const serialized = serializer('porchlight-threads');

async function stored(): Promise<Kept | undefined> {
  const held = await get<Sealed>('threads');
  return held && unsealed<Kept>('key', held).catch(() => undefined);
}

/** Load what was shown last, newest first; undefined where this thread was not open here. */
export async function loadShown(id: string): Promise<ThreadItem[] | undefined> {
  const me = state.me?.id ?? '';
  if (keptOf !== me) {
    const opened = await stored();
    if (keptOf !== me) kept = opened ?? NOTHING();
    keptOf = me;
  }
  return shownLast(id);
}

/** The same, at once; undefined before it is loaded. */
export const shownLast = (id: string): ThreadItem[] | undefined =>
  keptOf === state.me?.id ? kept.threads[id] : undefined;

export const draftTo = (id: string): string => (keptOf === state.me?.id ? (kept.drafts[id] ?? '') : '');

/** Keep what is shown of a thread now; without items, forget it. */
export async function keepShown(id: string, items?: ThreadItem[]): Promise<void> {
  const { [id]: _, ...others } = kept.threads;
  const first = items ? ([[id, items.slice(0, ITEMS)]] as const) : [];
  kept.threads = Object.fromEntries([...first, ...Object.entries(others)].slice(0, PEOPLE));
  await save();
}

/** Whether the server was told that everything up to this item is read. */
export const isKeptRead = (id: string, newest: string): boolean => kept.read?.[id] === newest;

export async function keepRead(id: string, newest: string): Promise<void> {
  kept.read = { ...kept.read, [id]: newest };
  await save();
}

/** `id`: of the person they are for, or the name of a form. */
export async function keepDraft(id: string, text: string): Promise<void> {
  // At once where it can be: whoever reads it next must find it.
  if (keptOf !== state.me?.id) await loadShown(id);
  kept.drafts[id] = text;
  typed.add(id);
  await save();
}

async function save(): Promise<void> {
  if (!isSecureContext || state.session !== 'in') return;
  const isKept = whileKept('threads');
  await serialized(async () => {
    const others = (await stored())?.drafts ?? {};
    if (!isKept()) return;
    // What was typed or sent in another tab alone is newer there.
    for (const [id, text] of Object.entries(others)) if (!typed.has(id)) kept.drafts[id] = text;
    await putSealed('threads', 'key', kept).catch(() => undefined);
  });
}

/** Whether quiet words reach them here: a guest has no page for them. */
export const takesWords = (id: string): boolean =>
  !state.circle?.some(({ person, guest }) => guest && person.id === id);

/** Send words to somebody, or keep them until there is a network. */
export const sendWord = (to: string, text: string, about?: string) =>
  sendOrKeep('/v1/reach-ins', { to, text, ...(about && { about }) });

/** The same for words that were typed. Return what went wrong; they then stand in the field. */
export async function writeTo(to: string, text: string, about?: string): Promise<unknown> {
  const { error } = await sendWord(to, text, about);
  if (error) await keepDraft(to, [text, draftTo(to)].filter(Boolean).join('\n'));
  return error;
}

/** Words that were refused after they had waited stand in the field again. */
async function returnRefused(replies: Reply[]): Promise<void> {
  for (const { letter, error } of replies) {
    if (!error || letter.path !== '/v1/reach-ins') continue;
    const { to, text } = letter.body as { to: string; text: string };
    await loadShown(to);
    await keepDraft(to, [text, draftTo(to)].filter(Boolean).join('\n'));
  }
}
onSentLater.call = returnRefused;
