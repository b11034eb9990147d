// Who is signed in on this phone: start, sign-in, sign-out, and a session that the server has ended.

import { api, callbacks } from '../api/client';
import { listen, silence } from '../api/events';
import type { Me } from '../contract/types';
import { NETWORK_ERROR, problemType } from '../domain/problems';
import { t } from '../i18n';
import { isLanguage } from '../i18n/languages';
import { drop, empty, get, isSilent, put } from '../platform/storage';
import { destroy, unseal } from '../vault/vault';
import { clearNotifications, register } from './notifications';
import { setPreferences } from './preferences';
import { restorePress, sendPending } from './press';
import { refresh } from './refresh';
import { replaceRoute } from './router';
import { change, state } from './store';

const TRY_MS = 5_000;

/** Find out who is signed in; without a network, whoever the vault names. `words` resolves when a catalogue is loaded. */
export async function start(words: Promise<void>): Promise<void> {
  await begin(words).catch((error: unknown) => {
    console.error(error);
    // Whatever went wrong: a way in is better than an empty page.
    if (state.session === 'starting') change({ session: 'out' });
  });
}

async function begin(words: Promise<void>): Promise<void> {
  callbacks.sessionExpired = expire;
  // Only a refresh finds the network again: what is shown has to be new by then.
  callbacks.networkFailed = () => {
    if (state.online) change({ online: false });
  };
  callbacks.beforeSignIn = finishSignOut;
  // Sent from now on, it would end the session that has just begun.
  callbacks.afterSignIn = () => drop('leaving');
  const request = api.GET('/v1/me');
  const [who, leaving] = await Promise.all([get<string>('who'), get<boolean>('leaving'), words]);
  if (leaving) {
    // Signed out without a connection: the cookie still opens the account, and nobody wants that.
    change({ session: 'out', toast: t('session.sign-out-pending') });
    return retrySignOut();
  }
  if (who) {
    const kept = await unseal();
    // Shown at once, before any network: a slow one must not stand before the button.
    if (kept?.me.id === who)
      arrive(
        { ...NOBODY, ...kept.me },
        { circle: kept.circle.map((member) => ({ ...UNKNOWN, ...member })), helplines: kept.helplines },
      );
    await restorePress();
  }
  const { data, error } = await request;
  if (data) await enter(data);
  else if (problemType(error) === NETWORK_ERROR)
    change({ online: false, ...(state.session === 'starting' && { session: 'out' }) });
  else if (state.session === 'starting') change({ session: who ? 'expired' : 'out' });
}

const NOBODY = {
  sign_in_name: null,
  time_zone: 'UTC',
  hours: null,
  wake_me: false,
  contact: null,
  created_at: '',
} as const;
const UNKNOWN = { reachable: true, available_now: false, words: null, created_at: '' } as const;

function arrive(me: Me, more: Partial<typeof state> = {}): void {
  change({ ...more, me, session: 'in' });
  listen((kind) => {
    void sendPending();
    if (kind !== 'open' || !state.online) void refresh();
  });
}

/** Set up the app for the person who is signed in. */
export async function enter(me?: Me): Promise<void> {
  const known = me ?? (await api.GET('/v1/me')).data;
  if (!known) return;
  // Somebody else has signed in: what is stored belongs to the person before.
  // A storage that does not answer has not said so; a press in it must not be erased when it comes back.
  const who = await get<string>('who');
  if (who !== known.id && !(who === undefined && isSilent())) await forget();
  await put('who', known.id);
  await setPreferences(isLanguage(known.language) ? { language: known.language } : {}).catch(() => undefined);
  arrive(known, { online: true });
  // A browser may have changed its address while the app was closed.
  void register();
  await Promise.all([refresh(), restorePress()]);
}

/** React to a session that the server has ended: erase what is stored of others, but never a pending press. */
function expire(): void {
  silence();
  void destroy();
  void clearNotifications();
  // Names and numbers stay in sight only for as long as a press waits for them.
  if (state.session === 'in')
    change({
      session: 'expired',
      ...(state.pendingPress ? {} : { circle: null, myReachOut: null, messages: [], incoming: [], supporting: [] }),
    });
  else if (state.session === 'starting') void get('who').then((who) => change({ session: who ? 'expired' : 'out' }));
}

async function forget(): Promise<void> {
  await empty();
  change({
    pendingPress: null,
    circle: null,
    myReachOut: null,
    messages: [],
    incoming: [],
    supporting: [],
    unread: false,
    circleEmpty: false,
  });
}

/** Sign out; nothing of this person stays on the phone. */
export async function signOut(): Promise<void> {
  silence();
  if (await requestSignOut()) return clearSession();
  await clearSession(t('session.sign-out-pending'));
  await put('leaving', true);
  retrySignOut();
}

/** End the session on the server. Return whether it is ended there. */
async function requestSignOut(): Promise<boolean> {
  const { error } = await api.DELETE('/v1/sessions/{which}', { params: { path: { which: 'current' } } });
  return !error || problemType(error) === '/problems/not-signed-in';
}

/** Send a sign-out that was made without a network. */
async function finishSignOut(): Promise<void> {
  if (!(await get<boolean>('leaving')) || !(await requestSignOut())) return;
  await drop('leaving');
  if (state.toast === t('session.sign-out-pending')) change({ toast: '' });
}

/** Retry the sign-out until it has arrived, or somebody has signed in. */
function retrySignOut(): void {
  const timer = setInterval(() => void again(), TRY_MS);
  const again = async () => {
    if (state.session !== 'out' || !(await get<boolean>('leaving'))) return clearInterval(timer);
    // Somebody who signs in at this moment has finished it first.
    if (!document.querySelector('form')) await finishSignOut();
  };
  addEventListener('online', () => void again());
  void again();
}

/** Clear everything after a sign-out or an erased account; the first screen shows `toast`. */
export async function clearSession(word = ''): Promise<void> {
  silence();
  change({ session: 'out', me: null });
  await Promise.all([forget(), clearNotifications()]);
  await put('language', document.documentElement.lang);
  replaceRoute();
  change({ toast: word });
}
