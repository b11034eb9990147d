// An app that wraps this one: the phone's own push service is registered in the place of the browser's, never both.
import { afterEach, expect, test, vi } from 'vitest';
import { phone } from '../outbox/phone.testing';

afterEach(() => vi.unstubAllGlobals());

const reply = (status: number, body: unknown) =>
  new Response(JSON.stringify(body), { status, headers: { 'Content-Type': 'application/json' } });
const settled = () => new Promise((resolve) => setTimeout(resolve, 20));

type Listener = (event: object) => void;

/** A phone whose browser could be pushed as well; `host` is what the wrapping app puts into the page. */
async function started(host: object, { fcm = true } = {}) {
  await phone();
  const subscribe = vi.fn(() =>
    Promise.resolve({ toJSON: () => ({ endpoint: 'https://push.example/1', keys: { p256dh: 'p', auth: 'a' } }) }),
  );
  const posted: [string, unknown][] = [];
  const location = { hash: '', href: '' };
  vi.stubGlobal('self', { PushManager: class {}, Notification: {}, ...host });
  vi.stubGlobal('PushManager', class {});
  vi.stubGlobal('Notification', { permission: 'granted', requestPermission: () => Promise.resolve('granted') });
  vi.stubGlobal('location', location);
  vi.stubGlobal('navigator', {
    userAgent: 'Android',
    locks: navigator.locks,
    serviceWorker: { ready: Promise.resolve({ pushManager: { subscribe } }) },
  });
  vi.stubGlobal('fetch', (url: string, { method, body }: { method: string; body: string | null }) => {
    if (method === 'POST') posted.push([url, JSON.parse(body ?? 'null')]);
    if (url === '/v1/config') return Promise.resolve(reply(200, { fcm, webpush_public_key: 'server-key' }));
    if (url === '/v1/devices') return Promise.resolve(reply(201, { id: 'device', last_receipt_at: null }));
    return Promise.resolve(reply(503, { type: '/problems/busy', status: 503 }));
  });
  const devices = () => posted.filter(([url]) => url === '/v1/devices').map(([, body]) => body);
  return { ...(await import('./notifications')), subscribe, posted, devices, location };
}

/** Capacitor with the plugin for Firebase, as its runtime shows itself to every page. */
function capacitor({ receive = 'granted', token = 'token-1' } = {}) {
  const answers = { receive, token };
  const listeners: Record<string, Listener> = {};
  const called: [string, unknown][] = [];
  const host = {
    Capacitor: {
      isNativePlatform: () => true,
      nativePromise: (plugin: string, method: string, options: unknown) => {
        called.push([`${plugin}.${method}`, options]);
        if (method === 'requestPermissions' && answers.receive === 'prompt') answers.receive = 'granted';
        return Promise.resolve(answers);
      },
      addListener: (_: string, event: string, listener: Listener) => {
        listeners[event] = listener;
      },
    },
  };
  return { host, called, listeners, answers };
}

test('a wrapped app registers its Firebase token and leaves the push service of the browser alone', async () => {
  const { host, called } = capacitor();
  const { register, switchOn, pushStatus, devices, subscribe } = await started(host);
  expect(await register()).toMatchObject({ id: 'device' });
  expect(await switchOn()).toMatchObject({ id: 'device' });
  expect(devices()).toMatchObject([
    { kind: 'fcm', token: 'token-1' },
    { kind: 'fcm', token: 'token-1' },
  ]);
  expect(subscribe).not.toHaveBeenCalled();
  expect(pushStatus()).toBe('on');
  const channels = called.filter(([method]) => method.endsWith('createChannel')).map(([, channel]) => channel);
  expect(channels.slice(0, 2)).toMatchObject([
    { id: 'reach_out', importance: 5 },
    { id: 'quiet', importance: 3 },
  ]);
});

test('it asks for permission only when its person does', async () => {
  const { host, called } = capacitor({ receive: 'prompt' });
  const { register, switchOn, pushStatus, devices } = await started(host);
  expect(await register()).toBe('off');
  expect(pushStatus()).toBe('off');
  expect(called.map(([method]) => method)).toEqual(['FirebaseMessaging.checkPermissions']);
  expect(devices()).toEqual([]);
  expect(await switchOn()).toMatchObject({ id: 'device' });
});

test('a refusal is said, and nothing is registered', async () => {
  const { register, pushStatus, devices, subscribe } = await started(capacitor({ receive: 'denied' }).host);
  expect(await register()).toBe('blocked');
  expect(pushStatus()).toBe('blocked');
  expect(devices()).toEqual([]);
  expect(subscribe).not.toHaveBeenCalled();
});

test('a server without Firebase is given no token that it could not use', async () => {
  const { register, devices, subscribe } = await started(capacitor().host, { fcm: false });
  expect(await register()).toBe('silent');
  expect(devices()).toEqual([]);
  expect(subscribe).not.toHaveBeenCalled();
});

test('another token takes the place of the one before', async () => {
  const { host, listeners, answers } = capacitor();
  const { register, devices } = await started(host);
  await register();
  answers.token = 'token-2';
  listeners.tokenReceived?.({});
  await settled();
  expect(devices()).toMatchObject([{ token: 'token-1' }, { token: 'token-2' }]);
});

test('a push that arrives or is tapped is receipted, and opens its page and no other', async () => {
  const { host, listeners } = capacitor();
  const { register, posted, location } = await started(host);
  await register();
  const data = { delivery_id: 'delivery', url: '/#/reach-outs/1' };
  listeners.notificationReceived?.({ notification: { data } });
  listeners.notificationActionPerformed?.({ notification: { data } });
  await settled();
  expect(posted.filter(([url]) => url === '/v1/receipts').map(([, body]) => body)).toEqual([
    { delivery_id: 'delivery', event: 'delivered' },
    { delivery_id: 'delivery', event: 'opened' },
  ]);
  expect(location.hash).toBe('#/reach-outs/1');
  listeners.notificationActionPerformed?.({ notification: { data: { url: 'https://evil.example/' } } });
  listeners.notificationActionPerformed?.({});
  await settled();
  expect(location).toEqual({ hash: '#/reach-outs/1', href: '' });
});

test('an app with a distributor of its own registers the address that this one gave', async () => {
  const address = { kind: 'webpush', endpoint: 'https://ntfy.sh/up1?up=1', keys: { p256dh: 'p', auth: 'a' } };
  const asked: string[] = [];
  const porchlightPush = {
    permission: () => Promise.resolve('granted'),
    address: (serverKey: string) => {
      asked.push(serverKey);
      return Promise.resolve(address);
    },
    listen: () => undefined,
    clear: () => Promise.resolve(),
  };
  const { register, devices, subscribe } = await started({ porchlightPush }, { fcm: false });
  await register();
  expect(asked).toEqual(['server-key']);
  expect(devices()).toMatchObject([address]);
  expect(subscribe).not.toHaveBeenCalled();
});

test('a browser registers its own push service, also with the runtime of Capacitor in the page', async () => {
  for (const host of [{}, { Capacitor: { isNativePlatform: () => false } }]) {
    const { register, devices, subscribe } = await started(host);
    await register();
    expect(subscribe).toHaveBeenCalledOnce();
    expect(devices()).toMatchObject([{ kind: 'webpush', endpoint: 'https://push.example/1' }]);
  }
});
