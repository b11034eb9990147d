// The press, and the all-clear after it, as the page sees them: kept at the tap, undone within three seconds, sent as soon as there is a way.

import { serverNow } from '../api/clock';
import { withoutStream } from '../api/events';
import type { ReachOut } from '../contract/types';
import type { Outcome, Press } from '../domain/press';
import { next, pressNow } from '../domain/press';
import { say } from '../i18n';
import { amend, flush, send } from '../outbox/flush';
import { newKey } from '../platform/random-key';
import { get, onStorageBack, put } from '../platform/storage';
import { within } from '../platform/timeout';
import { look } from './refresh';
import { go } from './router';
import { change, state } from './store';

const TRY_MS = 5_000;
let ring = 0;

/** The tap on "Reach out now", or on what ends it. The ring begins once the press is safe on the phone. */
export async function keepPress(close?: Press['close']): Promise<void> {
  if (!state.me || state.press) return;
  const press = pressNow(state.me.id, Date.now(), newKey(), close);
  change({ press, nobody: false, word: '', now: serverNow() });
  await put('press', press);
  void later();
  ringOn(press);
}

function ringOn(press: Press): void {
  clearTimeout(ring);
  ring = self.setTimeout(() => void tryPress(), Math.max(0, press.release_at - Date.now()) + 5);
}

/** Undo, or "Take it back": nothing is sent. */
export async function takeBack(): Promise<void> {
  clearTimeout(ring);
  change({ press: null });
  await amend(() => null);
  // It may have arrived although no answer came back; then it stands open, and Home shows it.
  void look();
}

/** The phone is locked or the page hidden: that ends the ring. Also after a reload. */
export async function release(): Promise<void> {
  if (!state.press) return;
  clearTimeout(ring);
  change({ press: await amend((press) => ({ ...press, release_at: Math.min(press.release_at, Date.now()) })) });
  await tryPress();
}

/** The page is being closed: there is no time for the lock or the storage any more. What is kept is sent again later, under the same key. */
function farewell(): void {
  const { press, me, session } = state;
  if (press?.person_id !== me?.id || !press || session !== 'in') return;
  // `onLine` may be wrong when it says yes, never when it says no: "Not sent yet" was the last word here, and stays true.
  if (!navigator.onLine) return;
  if (next({ ...press, release_at: 0 }, Date.now()).kind === 'send') void send(press);
}

/** "Send it", for a press that was kept for more than two hours. */
export async function sendAnyway(): Promise<void> {
  change({ press: await amend((press) => ({ ...press, sure: true, release_at: 0 })) });
  await tryPress();
}

/** After a start: whatever was kept when the page went away. Its ring has ended with that page. */
export async function restorePress(): Promise<void> {
  if (state.press) return tryPress();
  const kept = await get<Press>('press');
  if (!kept || kept.person_id !== state.me?.id) return;
  change({ press: kept });
  await release();
}

/** Tries to send it. Safe to call at any time, from any number of places. */
export async function tryPress(): Promise<void> {
  const { press, me } = state;
  if (!press || !me || state.session !== 'in') return;
  // A browser has few connections; a press needs one now.
  const flushed =
    next(press, Date.now()).kind === 'send' ? await withoutStream(() => flush(me.id)) : await flush(me.id);
  if (flushed.kind === 'ring') ringOn(press);
  else if (flushed.kind === 'none') {
    // The service worker was faster, or nothing could be kept.
    const kept = await get<Press>('press');
    if (!kept) change({ press: null });
    await look();
    if (!kept && press.close && !state.mine) ended(press.close);
  } else if (flushed.kind === 'done') settle(flushed.outcome, flushed.said, flushed.press);
  else change({ now: serverNow() });
}

function settle(outcome: Outcome, said: unknown, { close }: Press): void {
  if (close && (outcome === 'sent' || outcome === 'over')) ended(close, outcome === 'over');
  else if (outcome === 'sent') change({ press: null, mine: said as ReachOut, reached: true, messages: [] });
  else if (outcome === 'nobody') change({ press: null, nobody: true, reached: true });
  else if (state.press) {
    const held = outcome === 'signed-out' ? 'signed-out' : 'no-way';
    change({ press: { ...state.press, held }, ...(held === 'signed-out' ? { session: 'dead' } : { reached: false }) });
    void later();
  }
  if (outcome === 'sent') void look();
}

/** The all-clear has arrived: it is said, and looking back is offered to who is still where it was given. */
function ended({ id, outcome }: NonNullable<Press['close']>, before?: boolean): void {
  const mistake = outcome === 'mistake';
  const here = !state.route[0] || state.route[1] === id;
  change({ press: null, mine: null, messages: [], reached: true });
  if (here) go(...(mistake || before ? [] : ['reflection', id]));
  const cleared = mistake ? 'word.mistake' : 'word.clear';
  change({ word: say(before ? 'own.say' : cleared) });
}

/** Asks the browser to wake the service worker once there is a network, also when the app is closed. */
async function later(): Promise<void> {
  try {
    const registration = (await within(navigator.serviceWorker.ready)) as ServiceWorkerRegistration & {
      sync?: { register: (tag: string) => Promise<void> };
    };
    await registration.sync?.register('press');
  } catch {
    // No background sync here (iPhone): the timer, `online` and opening the app do it.
  }
}

/** Every way in which a network can come back. */
export function watchForAWay(): void {
  onStorageBack.call = () => void restorePress();
  addEventListener('online', () => {
    void tryPress();
    void look();
  });
  addEventListener('offline', () => change({ reached: false }));
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'hidden') void release();
    else {
      change({ now: serverNow() });
      void tryPress();
      void look();
    }
  });
  addEventListener('pagehide', ({ persisted }) => {
    if (persisted) void release();
    else farewell();
  });
  (navigator as Partial<Navigator>).serviceWorker?.addEventListener('message', () => void tryPress());
  setInterval(() => void tryPress(), TRY_MS);
}
