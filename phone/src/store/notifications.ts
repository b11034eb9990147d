// Push notifications on this phone: permission, registration with the server, and a test push.

import { api, whole } from '../api/client';
import type { Schemas } from '../contract/types';
import { t } from '../i18n';
import { within } from '../platform/timeout';

export type Device = Schemas['DeviceOut'];
/** off: not asked yet; on: the server pushes here; add: an iPhone wants it on the Home Screen first; none: not in this browser. */
export type Standing = 'off' | 'on' | 'blocked' | 'silent' | 'failed' | 'add' | 'none';

const PATIENCE_MS = 15_000;
const ANSWER_MS = 60_000;
const LOOK_MS = 500;

const iPhone = /iPhone|iPad/.test(navigator.userAgent);
const otherwise = /Android/.test(navigator.userAgent) ? 'android' : 'computer';
export const platform = iPhone ? 'iphone' : otherwise;

/** Return the name of this phone in a list of phones. */
export const thisPhone = (): string => t(`device.${platform}`);

const after = (ms: number) => new Promise<null>((resolve) => setTimeout(() => resolve(null), ms));

export function standing(): Standing {
  if (!('PushManager' in self) || !('Notification' in self)) return iPhone ? 'add' : 'none';
  if (Notification.permission === 'denied') return 'blocked';
  return Notification.permission === 'granted' ? 'on' : 'off';
}

/** Ask for permission and register this phone. Return the device, or what stands in the way. */
export async function switchOn(): Promise<Device | Standing> {
  const current = standing();
  if (current === 'add' || current === 'none') return current;
  // A person answers, or looks away: then nothing is decided yet.
  const permission = await Promise.race([Notification.requestPermission(), after(ANSWER_MS)]);
  if (permission !== 'granted') return permission === null ? standing() : 'blocked';
  return register();
}

/** Register this phone with the server, if notifications are on. The same address is the same device. */
export async function register(): Promise<Device | Standing> {
  if (standing() !== 'on') return standing();
  const [registration, { data: config }] = await Promise.all([
    Promise.race([navigator.serviceWorker.ready, after(PATIENCE_MS)]),
    api.GET('/v1/config'),
  ]);
  if (!registration || !config?.webpush_public_key) return 'silent';
  const options = { userVisibleOnly: true, applicationServerKey: config.webpush_public_key };
  // Where there is no push service, `subscribe` never ends.
  const subscribing = registration.pushManager.subscribe(options).catch(async () => {
    // A subscription for another server's key stands in the way.
    await (await registration.pushManager.getSubscription())?.unsubscribe();
    return registration.pushManager.subscribe(options);
  });
  const subscription = await Promise.race([subscribing.catch(() => null), after(PATIENCE_MS)]);
  const { endpoint, keys } = subscription?.toJSON() ?? {};
  if (!endpoint || !keys?.p256dh || !keys.auth) return 'silent';
  const { data } = await api.POST('/v1/devices', {
    body: { kind: 'webpush', endpoint, keys: { p256dh: keys.p256dh, auth: keys.auth }, label: thisPhone() },
  });
  return data ?? 'silent';
}

/** Close the notifications of an account that is no longer signed in here. */
export async function clearNotifications(): Promise<void> {
  const listing = (navigator as Partial<Navigator>).serviceWorker
    ?.getRegistration()
    .then((registration) => registration?.getNotifications());
  if (listing)
    await within(listing).then(
      (shown) => {
        for (const notification of shown ?? []) notification.close();
      },
      () => undefined,
    );
}

/** Send a test push to this phone. Return the seconds until it arrived, or null when it did not. */
export async function tryPush(device: Device): Promise<number | null> {
  const began = Date.now();
  const { error } = await api.POST('/v1/devices/{device_id}/test', { params: { path: { device_id: device.id } } });
  while (!error && Date.now() - began < PATIENCE_MS) {
    await after(LOOK_MS);
    const { data } = await api.GET('/v1/devices', whole);
    const now = data?.items.find((candidate) => candidate.id === device.id);
    if (now && now.last_receipt_at !== device.last_receipt_at) return (Date.now() - began) / 1000;
  }
  return null;
}
