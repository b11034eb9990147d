// The app lock, as far as every page needs it: whether it is locked now, and locking. How it opens is in app-lock.ts.

import { silence } from '../api/events';
import type { Me, Member } from '../contract/types';
import { asksAgain } from '../domain/away';
import { forget, whenForgotten } from '../platform/forget';
import { LOCK_SLOT, lockNote } from '../platform/lock-note';
import { ENDED_SLOT } from '../platform/slots';
import { dropAllBut } from '../platform/storage';
import type { Numbers } from '../vault/vault';
import { readNumbers } from '../vault/vault';
import { change, NOBODY, state } from './store';

/** It has been opened on this page. */
let open = false;
whenForgotten(() => {
  open = false;
});
export function setOpen(): void {
  open = true;
}

/** Return whether it asks before anything is shown. It always does when it starts. */
export const isLocked = (): boolean => !open && lockNote() !== null;

/** Of me, what a press needs. */
const bare = ({ id, language, region }: Pick<Me, 'id' | 'language' | 'region'>) =>
  ({ id, language, region, display_name: null }) as unknown as Me;

/** People that can be called, without saying who they are. */
const nameless = (numbers: string[]): Member[] | null =>
  numbers.length ? numbers.map((contact) => ({ contact, state: 'active', person: {} }) as unknown as Member) : null;

/** Show the locked screen, for this person. */
export async function showLocked(id: string): Promise<void> {
  const { language, region } = state.me ?? { language: 'en', region: null };
  draw({ id, language, region }, await readNumbers());
}

function draw(me: Pick<Me, 'id' | 'language' | 'region'>, { numbers, helplines }: Numbers): void {
  const { pendingPress, myReachOut, circleEmpty } = state;
  const kept = { pendingPress, myReachOut, circleEmpty, circle: nameless(numbers), helplines };
  change({ ...NOBODY, ...kept, me: bare(me), session: 'locked', toast: '' });
}

/** Let go of everything that is shown, and of the key. */
export function lock(): void {
  const { me, circle, helplines, askProof } = state;
  if (state.session !== 'in' || !me) return;
  askProof?.(false);
  forget('locked');
  draw(me, { numbers: contacts(circle), helplines });
}

const contacts = (circle: Member[] | null): string[] =>
  (circle ?? []).flatMap(({ state, contact }) => (state === 'active' && contact ? [contact] : []));

/** Somebody has signed out in another tab, or somebody else in: begin anew, and leave nothing that was being kept here. */
async function endHere(how: string): Promise<void> {
  silence();
  if (how === 'signed-out') await dropAllBut(['leaving', 'language', 'press', 'who']);
  location.reload();
}

/** Lock after some time away, and where it was switched on in another tab. Blank while nobody looks, for the list of recent apps. */
export function watchLock(): void {
  let left: { clock: number; page: number } | null = null;
  document.addEventListener('visibilitychange', () => {
    const note = lockNote();
    const away = document.visibilityState === 'hidden';
    const blank = () => document.documentElement.toggleAttribute('data-away', away && !!note);
    if (away) {
      left = { clock: Date.now(), page: performance.now() };
      blank();
    } else {
      if (note && left && asksAgain(note.after, Date.now() - left.clock, performance.now() - left.page)) lock();
      // Not before the locked screen is drawn.
      setTimeout(blank);
    }
  });
  addEventListener('storage', ({ key, oldValue, newValue }) => {
    if (key === ENDED_SLOT && newValue) void endHere(newValue);
    if (key !== LOCK_SLOT) return;
    const before = lockNote(oldValue);
    const now = lockNote(newValue);
    if (now && now.way !== before?.way) lock();
    else if (!now && state.session === 'locked') location.reload();
  });
}
