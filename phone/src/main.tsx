// Entry point: styles, sentences, timers, the service worker.

import { render } from 'preact';
import { App } from './app';
import { serverNow } from './platform/clock';
import { watchLock } from './store/lock';
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

const STALE_MS = 45_000;

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
  let begun = false;
  if (ground)
    drawWith(() => {
      // Until it is known what to show, what index.html says while that takes long stays.
      if (!begun && state.session === 'starting') return;
      if (!begun) ground.replaceChildren();
      begun = true;
      render(<App />, ground);
    });
}

addEventListener('hashchange', () => {
  syncRoute();
  // A person's page shows at once what is known and asks for its thread only: news come by the stream, or with the timer.
  refreshIfOlder(state.online && state.route[0] === 'people' ? STALE_MS : 500);
});
syncRoute();
// Before whatever else hears that somebody is back.
watchLock();
watchNetwork();
// Relative times go stale on a screen that nobody touches.
setInterval(() => {
  change({ now: serverNow() });
  refreshIfOlder(state.online ? STALE_MS : 10_000);
  // A plan that was changed without a network waits to be sent; one that was made elsewhere is fetched.
  void import('./store/plan').then(({ syncPlan }) => syncPlan(), String);
}, 15_000);
// A guest's link is on its way to a page of its own (index.html).
if (!document.documentElement.className) {
  void start(words());
  void installServiceWorker();
}
