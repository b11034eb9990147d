// Pushes of an app that wraps this one, through the phone's own service in the place of the browser's. See docs/apps.md.
import { api } from '../api/client';
import { post } from '../api/post';
import type { Schemas } from '../contract/types';
import { t } from '../i18n';
import { within } from '../platform/timeout';
import { refresh } from './refresh';

type Device = Schemas['DeviceOut'];
type Address = Omit<Schemas['FcmDevice'], 'label'> | Omit<Schemas['WebPushDevice'], 'label'>;
type PushData = Record<string, string | undefined>;

/** What a wrapping app offers as `porchlightPush`. Capacitor's plugin for Firebase is one without more ado. */
export interface PushBridge {
  /** Whether the phone may show notifications; with `ask` its person is asked first. */
  permission(ask: boolean): Promise<'granted' | 'denied' | 'prompt'>;
  /** Where pushes go to, as `POST /v1/devices` takes it. `serverKey` is what Web Push (UnifiedPush) subscribes with. */
  address(serverKey: string): Promise<Address>;
  /** Call back with the data of a push that came while the app was open, or was tapped, and when there is another address. */
  listen(on: { moved: () => void; arrived: (data: PushData) => void; opened: (data: PushData) => void }): void;
  /** Take away what is shown. */
  clear(): Promise<unknown>;
}

/** The part of Capacitor's runtime that every page in it has. */
interface Capacitor {
  nativePromise(plugin: string, method: string, options?: object): Promise<unknown>;
  addListener(
    plugin: string,
    event: string,
    listener: (event: { notification?: { data?: PushData } }) => void,
  ): unknown;
}

const ASKING_MS = 60_000;
const ANSWERING_MS = 15_000;
const PLUGIN = 'FirebaseMessaging';
/** Android's importances: with sound and on top of everything, and without either. */
const LOUD = 5;
const QUIET = 3;

function capacitorBridge(capacitor: Capacitor): PushBridge {
  const call = <T>(method: string, options: object = {}) =>
    capacitor.nativePromise(PLUGIN, method, options) as Promise<T>;
  // The two channels that the server names. Their person decides in Android's settings which may break Do Not Disturb.
  const createChannels = () =>
    Promise.all([
      call('createChannel', {
        id: 'reach_out',
        name: t('push-channel.loud'),
        description: t('push-channel.loud-say'),
        importance: LOUD,
        vibration: true,
      }),
      call('createChannel', { id: 'quiet', name: t('push-channel.quiet'), importance: QUIET }),
    ]);
  return {
    permission: async (ask) => {
      const { receive } = await call<{ receive: string }>(ask ? 'requestPermissions' : 'checkPermissions');
      return receive === 'granted' || receive === 'denied' ? receive : 'prompt';
    },
    address: async () => {
      // An iPhone has no channels.
      await createChannels().catch(() => undefined);
      const { token } = await call<{ token: string }>('getToken');
      return { kind: 'fcm', token };
    },
    listen: ({ moved, arrived, opened }) => {
      capacitor.addListener(PLUGIN, 'tokenReceived', moved);
      capacitor.addListener(PLUGIN, 'notificationReceived', ({ notification }) => arrived(notification?.data ?? {}));
      capacitor.addListener(PLUGIN, 'notificationActionPerformed', ({ notification }) =>
        opened(notification?.data ?? {}),
      );
    },
    clear: () => call('removeAllDeliveredNotifications'),
  };
}

const host = self as unknown as { porchlightPush?: PushBridge; Capacitor?: Capacitor };
const bridge = host.porchlightPush ?? (host.Capacitor && capacitorBridge(host.Capacitor));
let listens = false;

/** Register this phone with the address of its own push service. Return the device, or what stands in the way. */
export async function registerNative(ask: boolean, label: string): Promise<Device | 'off' | 'blocked' | 'silent'> {
  if (!bridge) return 'silent';
  if (!listens) {
    listens = true;
    bridge.listen({
      moved: () => void registerNative(false, label),
      arrived: (data) => {
        receipt(data, 'delivered');
        void refresh();
      },
      opened: (data) => {
        receipt(data, 'opened');
        if (data.url?.startsWith('/#/')) location.hash = data.url.slice(1);
        void refresh();
      },
    });
  }
  const permission = await within(bridge.permission(ask), ask ? ASKING_MS : ANSWERING_MS).catch(() => null);
  if (permission !== 'granted') return { prompt: 'off', denied: 'blocked', null: 'silent' }[`${permission}`] as 'off';
  const { data: config } = await api.GET('/v1/config');
  const address = config && (await within(bridge.address(config.webpush_public_key), ANSWERING_MS).catch(() => null));
  // A server without Firebase would take the token and send nothing there.
  if (!address || (address.kind === 'fcm' && !config.fcm)) return 'silent';
  const { data } = await api.POST('/v1/devices', { body: { ...address, label } });
  return data ?? 'silent';
}

export const clearNative = (): Promise<unknown> => within(bridge?.clear() ?? Promise.resolve()).catch(() => undefined);

const receipt = ({ delivery_id }: PushData, event: 'delivered' | 'opened'): void => {
  if (delivery_id) void post('/v1/receipts', { delivery_id, event }).catch(() => undefined);
};
