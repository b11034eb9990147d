// The service worker: shows every push and sends its receipt, answers from the notification, sends a stored press when there is a
// network, and caches the app's files so that it opens without one.

import { post } from '../api/post';
import { ownUrl } from '../domain/own-url';
import { flush } from '../outbox/flush';
import { get, isSilent } from '../platform/storage';
import { within } from '../platform/timeout';

declare const self: ServiceWorkerGlobalScope;
declare const __SHELL__: string[];
declare const __VERSION__: string;
/** The texts that are added to a push, from `outside.ts` of each language. */
type PushWords = Record<'push.calling' | 'push.cannot' | 'push.seen' | 'push.news', string>;
declare const __PUSH_WORDS__: { en: PushWords; [language: string]: PushWords };

const SHELL = __SHELL__;
const CACHE = `shell-${__VERSION__}`;
const RETRY_MS = 2_000;

/** The data of a push: ids and neutral words, never a name. */
interface PushData {
  kind: string;
  delivery_id: string;
  reach_out_id: string;
  notice_id: string;
  round: string;
  tag: string;
  url: string;
  /** 'true' or 'false', as everything in a push is text. Missing in pushes of a server older than this worker. */
  urgent?: string;
  closes?: string;
  /** 'true': no sound, because the phone has just rung for the same person. */
  silent?: string;
  /** The sentence without the name, where the push has one. */
  neutral?: string;
}
interface PushText {
  title: string;
  body: string;
}

// The sentences come with the push, in the person's language; these are for the two buttons and for a push that cannot be read.
const PUSH_WORDS = __PUSH_WORDS__;
// A push says itself whether it is urgent and what it closes, so that a new kind needs no new worker. These two lists
// are for pushes of an older server, which does not say so: while a release is rolled out, or rolled back.
const OLDER_SERVER_URGENT = ['reach_out', 'unanswered', 'bookend_missed'];
const OLDER_SERVER_CLOSES = ['all_clear', 'ended'];

/** The buttons of a notification, by kind. */
const ACTIONS: Record<string, readonly ('calling' | 'cannot' | 'seen')[]> = {
  reach_out: ['calling', 'cannot'],
  practice: ['seen'],
};

/** Whether a push stays on the screen until somebody looks. */
const isUrgent = ({ urgent, kind = '' }: Partial<PushData>): boolean =>
  urgent === undefined ? OLDER_SERVER_URGENT.includes(kind) : urgent === 'true';

/** Whether it makes all other notifications about its reach-out obsolete. */
const closesReachOut = ({ closes, kind = '' }: Partial<PushData>): boolean =>
  closes === undefined ? OLDER_SERVER_CLOSES.includes(kind) : closes === 'true';

self.addEventListener('install', (event) => {
  // POST requests bypass the worker if the browser allows it: a press must not wait for a worker to start, nor be lost
  // with a page that is closed meanwhile.
  const { addRoutes } = event as ExtendableEvent & { addRoutes?: (routes: object) => Promise<void> };
  if (addRoutes)
    event.waitUntil(
      addRoutes.call(event, { condition: { requestMethod: 'POST' }, source: 'network' }).catch(() => undefined),
    );
  event.waitUntil(
    caches.open(CACHE).then((cache) => cache.addAll(SHELL.map((path) => new Request(path, { cache: 'reload' })))),
  );
});

self.addEventListener('activate', (event) => {
  const cleanUp = async () => {
    const names = await within(caches.keys()).catch(() => []);
    await within(Promise.all(names.filter((name) => name !== CACHE).map((name) => caches.delete(name)))).catch(
      () => undefined,
    );
    await self.clients.claim();
  };
  event.waitUntil(cleanUp());
});

self.addEventListener('fetch', (event) => {
  const { pathname, origin } = new URL(event.request.url);
  if (event.request.method !== 'GET' || origin !== self.location.origin || !SHELL.includes(pathname)) return;
  const cached = caches.open(CACHE).then((cache) => cache.match(pathname));
  event.respondWith(
    within(cached).then(
      (file) => file ?? fetch(event.request),
      () => fetch(event.request),
    ),
  );
});

self.addEventListener('message', (event) => {
  // Never take over while a reach-out is open or a press is pending.
  if (event.data !== 'take-over') return;
  event.waitUntil(
    Promise.all([get('busy'), get('press')]).then(([busy, press]) =>
      busy || press || isSilent() ? undefined : self.skipWaiting(),
    ),
  );
});

/** What is to be shown. A browser that reads declarative messages itself (Safari) hands it over in the place of the message. */
type Declared = PushText & { data?: PushData };
interface Pushed extends ExtendableEvent {
  data: PushMessageData | null;
  notification?: Declared;
  /** As Safari first called it, with an event of its own. */
  proposedNotification?: Declared;
}

for (const kind of ['push', 'pushnotification'])
  self.addEventListener(kind, (event) => (event as Pushed).waitUntil(onPush(event as Pushed)));

async function onPush({ data: pushed, notification, proposedNotification }: Pushed): Promise<void> {
  const language = (await get<string>('language')) ?? 'en';
  let text: Partial<Declared> = {};
  try {
    text = notification ?? proposedNotification ?? (pushed as PushMessageData).json().notification ?? {};
  } catch {
    // Unreadable, but still shown: a browser revokes the permission of an app that shows nothing for a push.
  }
  const data: Partial<PushData> = text.data ?? {};
  await Promise.all([show(data, text, language), receipt(data, 'delivered'), notifyWindows('look')]);
}

async function show(data: Partial<PushData>, text: Partial<PushText>, language: string): Promise<void> {
  const tag = data.tag || 'porchlight';
  const [before] = await within(self.registration.getNotifications({ tag })).catch(() => []);
  const earlier = before?.data as Partial<PushData> | undefined;
  const words = PUSH_WORDS[language] ?? PUSH_WORDS.en;
  const silent = data.silent === 'true';
  const options: NotificationOptions & { renotify: boolean; actions: { action: string; title: string }[] } = {
    // Whoever locked the app reads no name beside it.
    body: (data.neutral && (await get('lock')) ? data.neutral : text.body) ?? words['push.news'],
    tag,
    // The same push sent twice makes no second sound; a new round or another kind does.
    renotify: !silent && (earlier?.kind !== data.kind || earlier?.round !== data.round),
    silent,
    requireInteraction: isUrgent(data),
    icon: '/icons/lamp-192.png',
    badge: '/icons/badge-96.png',
    lang: language,
    data,
    actions: (ACTIONS[data.kind ?? ''] ?? []).map((action) => ({ action, title: words[`push.${action}`] })),
  };
  if (closesReachOut(data)) await closeAbout(data, tag);
  await self.registration.showNotification(text.title ?? 'Porchlight', options);
  // Practice never stands beside the real thing, nor a calm ask beside the press that it became. What was pushed is shown
  // by now, so a slow browser may take its time.
  if (isUrgent(data) || data.kind === 'calm')
    await close(
      ({ kind, reach_out_id }, shown) =>
        kind === 'practice' || (kind === 'calm' && reach_out_id === data.reach_out_id && shown !== tag),
      20_000,
    );
}

/** Close the notifications of which this is true. */
async function close(gone: (data: Partial<PushData>, tag: string) => unknown, ms?: number): Promise<void> {
  for (const notification of await within(self.registration.getNotifications(), ms).catch(() => []))
    if (gone((notification.data as Partial<PushData> | null) ?? {}, notification.tag)) notification.close();
}

/** Close all notifications of a reach-out (an alarm, a message), except those with this tag. */
const closeAbout = ({ reach_out_id }: Partial<PushData>, exceptTag?: string) =>
  close((data, tag) => reach_out_id && data.reach_out_id === reach_out_id && tag !== exceptTag);

self.addEventListener('notificationclick', (event) => {
  const data = (event.notification.data ?? {}) as Partial<PushData>;
  // The notification stays until something has been opened: an alarm must not vanish with nothing in its place.
  event.waitUntil(onClick(data, event.action).finally(() => event.notification.close()));
});

async function onClick(data: Partial<PushData>, action: string): Promise<void> {
  const opened = receipt(data, 'opened');
  // "Can't" and "I see it" open no app if they have arrived. After "Calling" the app shows the number.
  const answer =
    action && data.reach_out_id
      ? postOk(`/v1/reach-outs/${data.reach_out_id}/answers`, { kind: action }, `${data.delivery_id}-${action}`)
      : opened;
  // A browser allows a window to be opened only shortly after the tap, so wait for nothing else.
  if (!['cannot', 'seen'].includes(action) || !(await answer)) await open(ownUrl(data.url, self.location.origin));
  await Promise.all([answer, opened, closeAbout(data), notifyWindows('look')]);
}

/** Bring the app's own window to the front (`/docs` is not the app); open a new one if there is none, or if that fails. */
async function open(url: string): Promise<void> {
  const own = (await windows()).find((client) => new URL(client.url).pathname === '/');
  const client =
    (await (own ? within(own.focus()).catch(() => null) : null)) ??
    (await self.clients.openWindow(url).catch(() => null));
  // Navigate even if the browser brings nothing to the front: then the page is there when somebody looks.
  if (own && (client === null || client.id === own.id)) own.postMessage({ url });
}

const windows = () => within(self.clients.matchAll({ type: 'window', includeUncontrolled: true })).catch(() => []);

async function notifyWindows(what: string): Promise<void> {
  for (const window of await windows()) window.postMessage(what);
}

/** Return whether it has arrived. Opening the push of a practice is what says "I see it". */
async function receipt({ delivery_id }: Partial<PushData>, event: 'delivered' | 'opened'): Promise<boolean> {
  if (!delivery_id) return false;
  const send = () => postOk('/v1/receipts', { delivery_id, event });
  if (await send()) return true;
  await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
  return send();
}

/** Return whether the server has accepted it. */
const postOk = (path: string, body: unknown, key?: string): Promise<boolean> =>
  post(path, body, key).then(
    ({ ok }) => ok,
    () => false,
  );

// Background sync: there is a network again, perhaps while the app is closed.
self.addEventListener('sync', (event) => {
  (event as ExtendableEvent).waitUntil(sendStored());
});

async function sendStored(): Promise<void> {
  const personId = await get<string>('who');
  const flushed = await flush(personId);
  if (flushed.kind === 'ring') {
    await new Promise((resolve) => setTimeout(resolve, flushed.left));
    return sendStored();
  }
  if (flushed.kind !== 'done') return;
  await notifyWindows('look');
  // Failing makes the browser try again later.
  if (flushed.outcome === 'network-error') throw new Error('not sent yet');
}

// A browser may replace a subscription on its own; the server must learn of the new address.
self.addEventListener('pushsubscriptionchange', (event) => {
  const changed = event as ExtendableEvent & { newSubscription?: PushSubscription; oldSubscription?: PushSubscription };
  const renew = async () => {
    const subscription = changed.newSubscription ?? (await resubscribe(changed.oldSubscription?.options));
    const { endpoint, keys } = subscription?.toJSON() ?? {};
    if (endpoint) await postOk('/v1/devices', { kind: 'webpush', endpoint, keys });
  };
  changed.waitUntil(renew());
});

/** Subscribe again: with the old subscription's key, or the server's if the browser does not say. */
async function resubscribe(options?: PushSubscriptionOptions): Promise<PushSubscription | undefined> {
  const subscribe = (applicationServerKey: string | ArrayBuffer) =>
    self.registration.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey });
  const anew = async () => {
    const { webpush_public_key } = (await (await fetch('/v1/config')).json()) as { webpush_public_key?: string };
    return webpush_public_key ? subscribe(webpush_public_key) : undefined;
  };
  return options?.applicationServerKey ? subscribe(options.applicationServerKey).catch(anew) : anew();
}
