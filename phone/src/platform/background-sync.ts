// Asks the browser to wake the service worker once there is a network.
import { within } from './timeout';

/** Also when the app is closed. Without background sync (iPhone), the timer, `online` and opening the app send what waits. */
export async function requestSync(tag: string): Promise<void> {
  try {
    const registration = (await within(navigator.serviceWorker.ready)) as ServiceWorkerRegistration & {
      sync?: { register: (tag: string) => Promise<void> };
    };
    await registration.sync?.register(tag);
  } catch {
    // Then nobody is woken.
  }
}
