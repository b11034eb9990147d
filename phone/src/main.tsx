// Entry point: styles, sentences, timers, the service worker.

import { render } from 'preact';
import { serverNow } from './api/clock';
import { App } from './app';
import { setPreferences } from './store/preferences';
import { watchNetwork } from './store/press';
import { refreshIfOlder } from './store/refresh';
import { syncRoute } from './store/router';
import { installServiceWorker } from './store/service-worker-client';
import { start } from './store/session';
import { change, drawWith, state } from './store/store';
import './style/tokens.css';
import './style/page.css';
import './style/lamp.css';
import './style/controls.css';
import './style/plan.css';
import './style/practice.css';
import './style/surfaces.css';
import './style/today.css';

/** Load the sentences, then draw. A failed download is retried: without sentences there is nothing to show. */
async function words(): Promise<void> {
  while (
    !(await setPreferences().then(
      () => true,
      () => false,
    ))
  )
    await new Promise((resolve) => setTimeout(resolve, 2_000));
  const ground = document.getElementById('app');
  // Remove what index.html shows while the app takes long to start.
  ground?.replaceChildren();
  if (ground) drawWith(() => render(<App />, ground));
}

addEventListener('hashchange', () => {
  syncRoute();
  refreshIfOlder(500);
});
syncRoute();
watchNetwork();
// Relative times go stale on a screen that nobody touches.
setInterval(() => {
  change({ now: serverNow() });
  refreshIfOlder(state.online ? 45_000 : 10_000);
  // A plan that was changed without a network waits to be sent; one that was made elsewhere is fetched.
  void import('./store/plan').then(({ syncPlan }) => syncPlan(), String);
}, 15_000);
void start(words());
void installServiceWorker();
