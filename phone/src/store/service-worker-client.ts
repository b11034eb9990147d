// Registers the service worker, and lets a newer one take over only when nothing is in progress.
import { refresh } from './refresh';
import { state } from './store';

export async function installServiceWorker(): Promise<void> {
  const container = (navigator as Partial<Navigator>).serviceWorker;
  if (!container || import.meta.env.DEV) return;
  // The very first worker takes control of a page that is already up to date.
  let first = !container.controller;
  container.addEventListener('message', ({ data }: MessageEvent<{ url?: string } | string>) => {
    if (typeof data === 'object' && data.url) location.href = data.url;
    void refresh();
  });
  container.addEventListener('controllerchange', () => {
    if (!first && document.hidden && !busy()) location.reload();
    first = false;
  });
  const registration = await container.register('/sw.js').catch(() => null);
  document.addEventListener('visibilitychange', () => {
    if (!document.hidden) void registration?.update().catch(() => undefined);
    else if (!busy()) registration?.waiting?.postMessage('take-over');
  });
}

const busy = (): boolean => !!(state.myReachOut || state.pendingPress || document.querySelector('form'));
