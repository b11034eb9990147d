// The service worker: shows every push, tells the server that it came, answers from the notification, sends a kept
// press when there is a network, and keeps the app's own files so that it opens without one.

import { post } from '../api/post';
import { flush } from '../outbox/flush';
import { get, isSilent } from '../platform/storage';
import { within } from '../platform/timeout';

declare const self: ServiceWorkerGlobalScope;
declare const __SHELL__: string[];
declare const __VERSION__: string;
/** What is added to a push, by language: what `outside.ts` of its catalogue says of pushes. */
type PushWords = Record<'push.calling' | 'push.cannot' | 'push.news', string>;
declare const __OUTSIDE__: { en: PushWords; [language: string]: PushWords };

const SHELL = __SHELL__;
const CACHE = `shell-${__VERSION__}`;
const AGAIN_MS = 2_000;

/** What every push carries: ids and neutral words, never a name. */
interface Data {
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
}
interface Shown {
  title: string;
  body: string;
}

// The sentences come with the push, in the person's language; ours are the two buttons, and what stands in for a push that
// cannot be read.
const OUTSIDE = __OUTSIDE__;
// A push says by itself what its kind means, so that a new kind needs no new worker. The two lists stand in for it where an
// older server, which does not say so, sends to this worker: while a release is rolled out, or rolled back.
const OLDER_SERVER_URGENT = ['reach_out', 'unanswered', 'bookend_missed'];
const OLDER_SERVER_CLOSES = ['all_clear', 'ended'];

/** Whether a push stays on the screen until somebody looks. */
const isUrgent = ({ urgent, kind = '' }: Partial<Data>): boolean =>
  urgent === undefined ? OLDER_SERVER_URGENT.includes(kind) : urgent === 'true';

/** Whether nothing else about its reach-out is news any more. */
const closesReachOut = ({ closes, kind = '' }: Partial<Data>): boolean =>
  closes === undefined ? OLDER_SERVER_CLOSES.includes(kind) : closes === 'true';

self.addEventListener('install', (event) => {
  // What is sent goes past the worker where the browser lets it: a press must not wait for a worker that is asleep, nor end
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
  const old = async () => {
    const names = await within(caches.keys()).catch(() => []);
    await within(Promise.all(names.filter((name) => name !== CACHE).map((name) => caches.delete(name)))).catch(
      () => undefined,
    );
    await self.clients.claim();
  };
  event.waitUntil(old());
});

self.addEventListener('fetch', (event) => {
  const { pathname, origin } = new URL(event.request.url);
  if (event.request.method !== 'GET' || origin !== self.location.origin || !SHELL.includes(pathname)) return;
  const kept = caches.open(CACHE).then((cache) => cache.match(pathname));
  event.respondWith(
    within(kept).then(
      (file) => file ?? fetch(event.request),
      () => fetch(event.request),
    ),
  );
});

self.addEventListener('message', (event) => {
  // A new version comes in quietly: never while a reach-out stands open or a press waits.
  if (event.data !== 'take-over') return;
  event.waitUntil(
    Promise.all([get('busy'), get('press')]).then(([busy, press]) =>
      busy || press || isSilent() ? undefined : self.skipWaiting(),
    ),
  );
});

self.addEventListener('push', (event) => {
  event.waitUntil(received(event.data));
});

async function received(pushed: PushMessageData | null): Promise<void> {
  const language = (await get<string>('language')) ?? 'en';
  let data: Partial<Data> = {};
  let shown: Partial<Shown> = {};
  try {
    const message = pushed?.json() as { data?: Data; notification?: Shown };
    data = message.data ?? {};
    shown = message.notification ?? {};
  } catch {
    // Unreadable, but a browser takes the leave to push away from an app that stays silent.
  }
  await Promise.all([show(data, shown, language), receipt(data, 'delivered'), tell('look')]);
}

async function show(data: Partial<Data>, shown: Partial<Shown>, language: string): Promise<void> {
  const tag = data.tag || 'porchlight';
  const [before] = await within(self.registration.getNotifications({ tag })).catch(() => []);
  const earlier = before?.data as Partial<Data> | undefined;
  const words = OUTSIDE[language] ?? OUTSIDE.en;
  const options: NotificationOptions & { renotify: boolean; actions: { action: string; title: string }[] } = {
    body: shown.body ?? words['push.news'],
    tag,
    // The same push sent twice makes no second sound; a new round or another kind does.
    renotify: earlier?.kind !== data.kind || earlier?.round !== data.round,
    requireInteraction: isUrgent(data),
    icon: '/icons/lamp-192.png',
    badge: '/icons/badge-96.png',
    lang: language,
    data,
    actions:
      data.kind === 'reach_out'
        ? [
            { action: 'calling', title: words['push.calling'] },
            { action: 'cannot', title: words['push.cannot'] },
          ]
        : [],
  };
  if (closesReachOut(data)) await putAway(data, tag);
  await self.registration.showNotification(shown.title ?? 'Porchlight', options);
}

/** Take away what stands in the drawer of this reach-out, which may be an alarm and a message, but for what has this tag. */
async function putAway({ reach_out_id }: Partial<Data>, but?: string): Promise<void> {
  const all = reach_out_id ? await within(self.registration.getNotifications()).catch(() => []) : [];
  for (const notification of all) {
    const about = (notification.data as Partial<Data> | null)?.reach_out_id;
    if (about === reach_out_id && notification.tag !== but) notification.close();
  }
}

self.addEventListener('notificationclick', (event) => {
  const data = (event.notification.data ?? {}) as Partial<Data>;
  // What was tapped stays until something has been opened: an alarm must not vanish with nothing in its place.
  event.waitUntil(clicked(data, event.action).finally(() => event.notification.close()));
});

async function clicked(data: Partial<Data>, action: string): Promise<void> {
  const opened = receipt(data, 'opened');
  // "Can't" needs no app, as long as it has arrived. Who calls wants to see whom.
  const answered =
    action && data.reach_out_id
      ? arrived(`/v1/reach-outs/${data.reach_out_id}/answers`, { kind: action }, `${data.delivery_id}-${action}`)
      : null;
  // A browser lets a window be opened only shortly after the tap, so nothing else is waited for.
  if (action !== 'cannot' || !(await answered)) await open(data.url ?? '/');
  await Promise.all([answered, opened, putAway(data), tell('look')]);
}

/** The app's own window, brought to the front; a new one where there is none (`/docs` is none), or where it does not come. */
async function open(url: string): Promise<void> {
  const own = (await windows()).find((client) => new URL(client.url).pathname === '/');
  const shown =
    (await (own ? within(own.focus()).catch(() => null) : null)) ??
    (await self.clients.openWindow(url).catch(() => null));
  // It is asked for even where the browser brings nothing to the front: then it is there when somebody looks.
  if (own && (shown === null || shown.id === own.id)) own.postMessage({ url });
}

const windows = () => within(self.clients.matchAll({ type: 'window', includeUncontrolled: true })).catch(() => []);

async function tell(what: string): Promise<void> {
  for (const window of await windows()) window.postMessage(what);
}

async function receipt({ delivery_id }: Partial<Data>, event: 'delivered' | 'opened'): Promise<void> {
  if (!delivery_id || (await arrived('/v1/receipts', { delivery_id, event }))) return;
  await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
  await arrived('/v1/receipts', { delivery_id, event });
}

/** Whether it has arrived. */
const arrived = (path: string, body: unknown, key?: string): Promise<boolean> =>
  post(path, body, key).then(
    ({ ok }) => ok,
    () => false,
  );

// Background sync: there is a network again, perhaps with the app closed.
self.addEventListener('sync', (event) => {
  (event as ExtendableEvent).waitUntil(sendKept());
});

async function sendKept(): Promise<void> {
  const who = await get<string>('who');
  const flushed = await flush(who);
  if (flushed.kind === 'ring') {
    await new Promise((resolve) => setTimeout(resolve, flushed.left));
    return sendKept();
  }
  if (flushed.kind !== 'done') return;
  await tell('look');
  // Failing makes the browser try again later.
  if (flushed.outcome === 'network-error') throw new Error('not sent yet');
}

// A browser may replace a subscription on its own; the server must learn of the new address.
self.addEventListener('pushsubscriptionchange', (event) => {
  const changed = event as ExtendableEvent & { newSubscription?: PushSubscription; oldSubscription?: PushSubscription };
  const renew = async () => {
    const subscription = changed.newSubscription ?? (await subscribed(changed.oldSubscription?.options));
    const { endpoint, keys } = subscription?.toJSON() ?? {};
    if (endpoint) await arrived('/v1/devices', { kind: 'webpush', endpoint, keys });
  };
  changed.waitUntil(renew());
});

/** Subscribes anew; where the browser says nothing of the old subscription, with the server's key. */
async function subscribed(options?: PushSubscriptionOptions): Promise<PushSubscription | undefined> {
  const subscribe = (applicationServerKey: string | ArrayBuffer) =>
    self.registration.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey });
  const anew = async () => {
    const { webpush_public_key } = (await (await fetch('/v1/config')).json()) as { webpush_public_key?: string };
    return webpush_public_key ? subscribe(webpush_public_key) : undefined;
  };
  return options?.applicationServerKey ? subscribe(options.applicationServerKey).catch(anew) : anew();
}
