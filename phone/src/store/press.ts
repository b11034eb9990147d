// The press and the all-clear, as the page sees them: stored at the tap, undone within three seconds, sent as soon as
// there is a network.

import { withoutStream } from '../api/events';
import type { ReachOut } from '../contract/types';
import type { Outcome, Press } from '../domain/press';
import { createPress, nextStep } from '../domain/press';
import { t } from '../i18n';
import { amend, flush, send } from '../outbox/flush';
import { requestSync } from '../platform/background-sync';
import { serverNow } from '../platform/clock';
import { newKey } from '../platform/random-key';
import { get, onStorageBack, put } from '../platform/storage';
import { refresh } from './refresh';
import { go } from './router';
import { change, isSignedIn, state } from './store';

const RETRY_MS = 5_000;
let ringTimer = 0;

/** Begin a press, or with `close` the end of a reach-out. The three seconds begin once it is stored on the phone. */
export async function startPress(close?: Press['close']): Promise<void> {
  const { me, pendingPress: before } = state;
  // An all-clear that has not arrived must keep nobody from pressing anew.
  if (!me || (before && (close || !before.close))) return;
  const press = { ...createPress(me.id, Date.now(), newKey(), close), ...(before && { instead: before }) };
  change({ pendingPress: press, circleEmpty: false, toast: '', now: serverNow() });
  await put('press', press);
  void requestSync('press');
  scheduleSend(press);
}

function scheduleSend(press: Press): void {
  clearTimeout(ringTimer);
  ringTimer = self.setTimeout(() => void sendPending(), Math.max(0, press.release_at - Date.now()) + 5);
}

/** Undo, or "Take it back": drop the press; nothing is sent, but an all-clear in whose place it was. */
export async function cancelPress(): Promise<void> {
  clearTimeout(ringTimer);
  const before = state.pendingPress?.instead ?? null;
  change({ pendingPress: before });
  await amend(() => before);
  // It may have arrived although no reply came back; then the reach-out is open, and Home shows it.
  void refresh();
}

/** End the three seconds early and send: the phone was locked, the page hidden or reloaded. */
export async function releasePress(): Promise<void> {
  if (!state.pendingPress) return;
  clearTimeout(ringTimer);
  change({ pendingPress: await amend((press) => ({ ...press, release_at: Math.min(press.release_at, Date.now()) })) });
  await sendPending();
}

/**
 * Send while the page is being closed, without lock or storage: there is no time. What is stored is sent again later,
 * under the same key.
 */
function sendOnClose(): void {
  const { pendingPress: press, me } = state;
  if (press?.person_id !== me?.id || !press || !isSignedIn()) return;
  // `onLine` may be wrongly true, but never wrongly false: when offline, "Not sent yet" stays true.
  if (!navigator.onLine) return;
  if (nextStep({ ...press, release_at: 0 }, Date.now()).kind === 'send') void send(press);
}

/** "Send it", for a press that is more than two hours old. */
export async function sendAnyway(): Promise<void> {
  change({ pendingPress: await amend((press) => ({ ...press, sure: true, release_at: 0 })) });
  await sendPending();
}

/** After a start: continue with the press that was stored when the page was closed. Its three seconds ended with that page. */
export async function restorePress(): Promise<void> {
  if (state.pendingPress) return sendPending();
  const stored = await get<Press>('press');
  if (!stored || stored.person_id !== state.me?.id) return;
  change({ pendingPress: stored });
  await releasePress();
}

/** Try to send the pending press. Safe to call at any time, from any number of places. */
export async function sendPending(): Promise<void> {
  const { pendingPress: press, me } = state;
  if (!press || !me || !isSignedIn()) return;
  // A browser has few connections, and the press needs one now.
  const flushed =
    nextStep(press, Date.now()).kind === 'send' ? await withoutStream(() => flush(me.id)) : await flush(me.id);
  // Signed out meanwhile.
  if (state.me?.id !== me.id) return;
  if (flushed.kind === 'ring') scheduleSend(press);
  else if (flushed.kind === 'none') {
    // The service worker was faster, or nothing could be stored.
    const stored = await get<Press>('press');
    await refresh();
    // Until it is known what became of it, Home must not look as if nothing was pressed.
    if (stored || !state.online || state.pendingPress?.key !== press.key) return;
    change({ pendingPress: null });
    if (press.close && !state.myReachOut) showClosed(press.close);
  } else if (flushed.kind === 'done') applyOutcome(flushed.outcome, flushed.reply, flushed.press);
  else change({ now: serverNow() });
}

function applyOutcome(outcome: Outcome, reply: unknown, { close }: Press): void {
  // A press took the place of this all-clear while it was under way.
  if (close && state.pendingPress && !state.pendingPress.close) return;
  if (close && (outcome === 'sent' || outcome === 'over')) showClosed(close, outcome === 'over');
  else if (outcome === 'sent')
    change({ pendingPress: null, myReachOut: reply as ReachOut, online: true, messages: [] });
  else if (outcome === 'nobody') change({ pendingPress: null, circleEmpty: true, online: true });
  else if (state.pendingPress) {
    const held = outcome === 'signed-out' ? 'signed-out' : 'network-error';
    change({
      pendingPress: { ...state.pendingPress, held },
      ...(held === 'signed-out' ? { session: 'expired' } : { online: false }),
    });
    void requestSync('press');
  }
  if (outcome === 'sent') void refresh();
}

/** Say that the reach-out is closed, and offer a reflection where the person is still on its screen. */
function showClosed({ id, outcome }: NonNullable<Press['close']>, alreadyClosed?: boolean): void {
  const mistake = outcome === 'mistake';
  // Whom nobody answered is not asked whether somebody understood.
  const alone =
    outcome === 'ok_now' && !state.myReachOut?.recipients.some(({ answer }) => answer && answer !== 'cannot');
  const onItsScreen = !state.route[0] || state.route[1] === id;
  change({ pendingPress: null, myReachOut: null, messages: [], online: true });
  if (onItsScreen) go(...(mistake || alone || alreadyClosed ? [] : ['reflection', id]));
  const sentence = mistake ? 'close.mistake-sent' : 'close.okay-sent';
  change({ toast: t(alreadyClosed ? 'own-reach-out.say' : sentence) });
}

/** Send and refresh whenever a network may be back. */
export function watchNetwork(): void {
  onStorageBack.call = () => void restorePress();
  addEventListener('online', () => {
    void sendPending();
    void refresh();
  });
  addEventListener('offline', () => change({ online: false }));
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'hidden') void releasePress();
    else {
      change({ now: serverNow() });
      void sendPending();
      void refresh();
    }
  });
  addEventListener('pagehide', ({ persisted }) => {
    if (persisted) void releasePress();
    else sendOnClose();
  });
  (navigator as Partial<Navigator>).serviceWorker?.addEventListener('message', () => void sendPending());
  setInterval(() => void sendPending(), RETRY_MS);
}
