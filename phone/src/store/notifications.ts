// Push notifications on this phone: permission, registration with the server, and a test push.

import { api, whole } from '../api/client';
import type { Schemas } from '../contract/types';
import { t } from '../i18n';
import { within } from '../platform/timeout';

export type Device = Schemas['DeviceOut'];
/**
 * off: not asked yet; on: the server pushes here; add: an iPhone wants it on the Home Screen first; none: not in this
 * browser.
 */
export type PushStatus = 'off' | 'on' | 'blocked' | 'silent' | 'failed' | 'add' | 'none';

const PUSH_TIMEOUT_MS = 15_000;
const PERMISSION_TIMEOUT_MS = 60_000;
const POLL_MS = 500;

const isIPhone = /iPhone|iPad/.test(navigator.userAgent);
const otherPlatform = /Android/.test(navigator.userAgent) ? 'android' : 'computer';
export const platform = isIPhone ? 'iphone' : otherPlatform;

/** Return the label of this phone in lists of devices. */
export const thisPhone = (): string => t(`device.${platform}`);

const { porchlightPush, Capacitor } = self as unknown as {
  porchlightPush?: object;
  Capacitor?: { isNativePlatform?: () => boolean };
};
/** Whether an app wraps this one. Then it is pushed through the phone's own service: one of the two registers, never both. */
export const wrapped = !!(porchlightPush ?? Capacitor?.isNativePlatform?.());
/** Until the wrapping app has said otherwise. */
let nativeStatus: PushStatus = 'on';

const delay = (ms: number) => new Promise<null>((resolve) => setTimeout(() => resolve(null), ms));

export function pushStatus(): PushStatus {
  if (wrapped) return nativeStatus;
  if (!('PushManager' in self) || !('Notification' in self)) return isIPhone ? 'add' : 'none';
  if (Notification.permission === 'denied') return 'blocked';
  return Notification.permission === 'granted' ? 'on' : 'off';
}

/** Ask for permission and register this phone. Return the device, or what stands in the way. */
export async function switchOn(): Promise<Device | PushStatus> {
  if (wrapped) return register(true);
  const current = pushStatus();
  if (current === 'add' || current === 'none') return current;
  // The question may stay unanswered: then nothing is decided yet.
  const permission = await Promise.race([Notification.requestPermission(), delay(PERMISSION_TIMEOUT_MS)]);
  if (permission !== 'granted') return permission === null ? pushStatus() : 'blocked';
  return register();
}

/** Register this phone with the server, if notifications are on. Registering the same address again is harmless. */
export async function register(ask = false): Promise<Device | PushStatus> {
  if (wrapped) {
    const registered = await (await import('./native-push')).registerNative(ask, thisPhone());
    nativeStatus = typeof registered === 'string' ? registered : 'on';
    return registered;
  }
  if (pushStatus() !== 'on') return pushStatus();
  const [registration, { data: config }] = await Promise.all([
    Promise.race([navigator.serviceWorker.ready, delay(PUSH_TIMEOUT_MS)]),
    api.GET('/v1/config'),
  ]);
  if (!registration || !config?.webpush_public_key) return 'silent';
  const options = { userVisibleOnly: true, applicationServerKey: config.webpush_public_key };
  // Where there is no push service, `subscribe` never ends.
  const subscribing = registration.pushManager.subscribe(options).catch(async () => {
    // A subscription with another server's key is in the way.
    await (await registration.pushManager.getSubscription())?.unsubscribe();
    return registration.pushManager.subscribe(options);
  });
  const subscription = await Promise.race([subscribing.catch(() => null), delay(PUSH_TIMEOUT_MS)]);
  const { endpoint, keys } = subscription?.toJSON() ?? {};
  if (!endpoint || !keys?.p256dh || !keys.auth) return 'silent';
  const { data } = await api.POST('/v1/devices', {
    body: { kind: 'webpush', endpoint, keys: { p256dh: keys.p256dh, auth: keys.auth }, label: thisPhone() },
  });
  return data ?? 'silent';
}

/** Close the notifications of an account that is no longer signed in here. */
export async function clearNotifications(): Promise<void> {
  if (wrapped) await (await import('./native-push')).clearNative();
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
  const startedAt = Date.now();
  const { error } = await api.POST('/v1/devices/{device_id}/test', { params: { path: { device_id: device.id } } });
  while (!error && Date.now() - startedAt < PUSH_TIMEOUT_MS) {
    await delay(POLL_MS);
    const { data } = await api.GET('/v1/devices', whole);
    const latest = data?.items.find((candidate) => candidate.id === device.id);
    if (latest && latest.last_receipt_at !== device.last_receipt_at) return (Date.now() - startedAt) / 1000;
  }
  return null;
}
