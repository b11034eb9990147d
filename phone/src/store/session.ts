// Who is signed in on this phone: start, sign-in, sign-out, and a session that the server has ended.

import { api, callbacks } from '../api/client';
import { listen, silence } from '../api/events';
import type { Me } from '../contract/types';
import { NETWORK_ERROR, problemType } from '../domain/problems';
import { t } from '../i18n';
import { isLanguage } from '../i18n/languages';
import type { End } from '../platform/forget';
import { forget } from '../platform/forget';
import { openedKey } from '../platform/sealing';
import { ENDED_SLOT, writeSlot } from '../platform/slots';
import { drop, empty, get, isSilent, put, whileKept } from '../platform/storage';
import { destroy, unseal } from '../vault/vault';
import { isLocked, setOpen, showLocked } from './lock';
import { clearNotifications, register } from './notifications';
import { setPreferences } from './preferences';
import { restorePress, sendPending } from './press';
import { refresh } from './refresh';
import { replaceRoute } from './router';
import { askForProof, change, isSignedIn, NOBODY, state } from './store';

const RETRY_MS = 5_000;

/** Find out who is signed in; without a network, from the vault. `words` resolves when a catalogue is loaded. */
export async function start(words: Promise<void>): Promise<void> {
  await startSession(words).catch((error: unknown) => {
    console.error(error);
    // Whatever went wrong, the sign-in page is better than an empty one.
    if (state.session === 'starting') change({ session: 'out' });
  });
}

async function startSession(words: Promise<void>): Promise<void> {
  callbacks.sessionExpired = expire;
  callbacks.proofNeeded = askForProof;
  // Only a refresh sets `online` again: by then what is shown is up to date.
  callbacks.networkFailed = () => {
    if (state.online) change({ online: false });
  };
  callbacks.beforeSignIn = finishSignOut;
  // A pending sign-out would end the new session.
  callbacks.afterSignIn = () => drop('leaving');
  const isKept = whileKept('who');
  const request = api.GET('/v1/me');
  const [storedId, leaving] = await Promise.all([get<string>('who'), isLeaving(), words]);
  if (leaving) return stayOut();
  const locked = isLocked();
  if (storedId) {
    const vaultContent = locked ? null : await unseal();
    // Another tab may have locked it while the vault was opened.
    if (isLocked()) {
      await showLocked(storedId);
      hear();
    }
    // Show the app before the network answers: a slow one must not delay the button.
    else if (vaultContent?.me.id === storedId)
      showAccount(
        { ...PROFILE_DEFAULTS, ...vaultContent.me },
        {
          circle: vaultContent.circle.map((member) => ({ ...MEMBER_DEFAULTS, ...member })),
          helplines: vaultContent.helplines,
        },
      );
    await restorePress();
  }
  const { data, error } = await request;
  // Unlocked meanwhile, the app has started again; signed out meanwhile, the reply is about nobody who is here.
  if ((locked && !isLocked()) || !isKept()) return;
  if (await isLeaving()) return stayOut();
  if (data) await (isLocked() && data.id === (storedId ?? data.id) ? stayLocked(data) : enter(data));
  else if (problemType(error) !== NETWORK_ERROR) {
    if (state.session === 'starting') change({ session: storedId ? 'expired' : 'out' });
  } else if (state.session === 'starting') {
    // Whoever has just signed in, or was away for long, has nothing kept to show, but is signed in all the same.
    change({ online: false, session: 'out', toast: t('all.network-error') });
    whileOut(async () => {
      const reply = await api.GET('/v1/me');
      if (problemType(reply.error) === NETWORK_ERROR) return true;
      if (await isLeaving()) {
        stayOut();
        return false;
      }
      if (state.toast === t('all.network-error')) change({ toast: '' });
      if (reply.data && state.session === 'out') await enter(reply.data);
      return false;
    });
  } else change({ online: false });
}

const PROFILE_DEFAULTS = {
  sign_in_name: null,
  time_zone: 'UTC',
  hours: null,
  wake_me: false,
  my_name_in_pushes: false,
  names_in_my_pushes: false,
  away_until: null,
  contact: null,
  ways_in: { passphrase: true, passkeys: 1, recovery_codes: 1 },
  proved_at: null,
  consent: null,
  created_at: '',
} as const;
const MEMBER_DEFAULTS = {
  reachable: true,
  available_now: false,
  tonight: false,
  proved_at: null,
  phone: null,
  calm_now: false,
  words: null,
  standing_words: null,
  created_at: '',
  guest: false,
  guest_notes: false,
  words_quiet: false,
} as const;

/** A press may need an id that is not stored here, and whoever has pressed sees whether it has arrived. */
async function stayLocked({ id }: Me): Promise<void> {
  if (state.session !== 'locked') await showLocked(id);
  change({ online: true });
  await refresh();
}

/** The lock is open: start again, with what is kept. */
export async function unlock(): Promise<void> {
  setOpen();
  change({ session: 'starting', circle: null });
  await start(Promise.resolve());
}

function hear(): void {
  listen(() => {
    void sendPending();
    // Also when the stream opens: what changed between the first look and then would be missed.
    void refresh();
  });
}

function showAccount(me: Me, more: Partial<typeof state> = {}): void {
  change({ ...more, me, session: 'in' });
  hear();
}

/** Set up the app for the person who is signed in. */
export async function enter(me?: Me): Promise<void> {
  const profile = me ?? (await api.GET('/v1/me')).data;
  if (!profile) return;
  // If somebody else has signed in, what is stored belongs to the previous person. A silent storage is no proof of that:
  // it may hold a press that must not be erased.
  const storedId = await get<string>('who');
  if (storedId !== profile.id && !(storedId === undefined && isSilent())) await erase('replaced', storedId);
  const isKept = whileKept('who');
  await put('who', profile.id);
  await setPreferences(isLanguage(profile.language) ? { language: profile.language } : {}).catch(() => undefined);
  // Signed out meanwhile, or locked in another tab.
  if (!isKept()) return;
  if (isLocked()) return stayLocked(profile);
  showAccount(profile, { online: true });
  // The browser's push address may have changed while the app was closed.
  void register();
  await Promise.all([refresh(), restorePress()]);
}

/** React to a session that the server has ended: erase what is kept, but never a pending press, nor letters. */
function expire(): void {
  silence();
  // Letters outlast the session, and the lock does not.
  const key = openedKey();
  if (key) void put('letter-key', key);
  forget('expired');
  void destroy();
  void clearNotifications();
  const { me, letters, helplines, pendingPress } = state;
  // Names and numbers stay visible only while a press is pending.
  if (isSignedIn()) change({ session: 'expired', ...(pendingPress ? {} : { ...NOBODY, me, letters, helplines }) });
  else if (state.session === 'starting')
    void get('who').then((storedId) => change({ session: storedId ? 'expired' : 'out' }));
}

/** Erase everything that is kept of a person, wherever the app keeps it. `was`: there was one, whom other tabs may show. */
async function erase(end: End, was: unknown = true, left?: Parameters<typeof empty>[0]): Promise<void> {
  forget(end);
  change(NOBODY);
  if (was) for (const told of [end, null]) writeSlot(ENDED_SLOT, told);
  await empty(left);
}

/** Sign out; nothing of this person stays on the phone. */
export async function signOut(): Promise<void> {
  silence();
  if (await requestSignOut()) return clearSession();
  await clearSession(t('session.sign-out-pending'), true);
  retrySignOut();
}

/** End the session on the server. Return whether it is ended there. */
async function requestSignOut(): Promise<boolean> {
  const { error } = await api.DELETE('/v1/sessions/{which}', { params: { path: { which: 'current' } } });
  return !error || problemType(error) === '/problems/not-signed-in';
}

/**
 * Whether somebody signed out without a connection, perhaps in another tab and since this one was opened: the cookie is still valid, but
 * must not sign anybody in.
 */
const isLeaving = () => get<boolean>('leaving');

function stayOut(): void {
  change({ session: 'out', toast: t('session.sign-out-pending') });
  retrySignOut();
}

/** Send the sign-out of somebody who signed out without a network. */
async function finishSignOut(): Promise<void> {
  if (!(await isLeaving()) || !(await requestSignOut())) return;
  await drop('leaving');
  if (state.toast === t('session.sign-out-pending')) change({ toast: '' });
}

/** Retry the sign-out until it has arrived, or somebody has signed in. */
function retrySignOut(): void {
  whileOut(async () => {
    await finishSignOut();
    return isLeaving();
  });
}

/** Attempt something until it says that nothing is left to do, or somebody has signed in. */
function whileOut(attempt: () => Promise<boolean | undefined>): void {
  const again = async () => {
    // A form is open: it is not taken from under somebody's fingers, and signing in sends a sign-out first (`beforeSignIn`).
    const left = state.session === 'out' && (document.querySelector('form') ? true : await attempt());
    if (left) return;
    clearInterval(timer);
    removeEventListener('online', again);
  };
  const timer = setInterval(again, RETRY_MS);
  addEventListener('online', again);
  void again();
}

/**
 * Clear everything after a sign-out or the deletion of the account; the first screen shows `toast`. `leaving`: the server does not know yet,
 * which must be noted before anybody reads that it will.
 */
export async function clearSession(toast = '', leaving?: true): Promise<void> {
  silence();
  change({ session: 'out' });
  const left = { language: document.documentElement.lang, leaving };
  await Promise.all([erase('signed-out', true, left), clearNotifications()]);
  replaceRoute();
  change({ toast });
}
