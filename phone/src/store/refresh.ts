// Fetches everything that screens share: circle, open reach-outs, inbox. Whatever changed, all of it is fetched.

import { api, whole } from '../api/client';
import { serverNow } from '../api/clock';
import { NETWORK_ERROR, problemType } from '../domain/problems';
import { drop, put } from '../platform/storage';
import { destroy, seal } from '../vault/vault';
import { readShown } from './mark-read';
import { change, state } from './store';

let running: Promise<void> | null = null;
let again = false;
let at = 0;

/** Refresh the state. A call during a refresh causes one more after it, however many calls there are. */
export function refresh(): Promise<void> {
  if (running) {
    again = true;
    return running;
  }
  running = fetchAll().finally(() => {
    running = null;
    if (again) {
      again = false;
      void refresh();
    }
  });
  return running;
}

/** Refresh when the last one is older than this: no event tells that somebody's phone can be reached now. */
export function refreshIfOlder(afterMs: number): void {
  if (Date.now() - at > afterMs && document.visibilityState === 'visible') void refresh();
}

async function fetchAll(): Promise<void> {
  at = Date.now();
  const { me } = state;
  if (!me || state.session !== 'in') return;
  const [circle, open, unread, lines, mySelf] = await Promise.all([
    api.GET('/v1/circle', whole),
    api.GET('/v1/reach-outs', { params: { query: { open: true, ...whole.params.query } } }),
    api.GET('/v1/inbox/unread-count'),
    state.helplines?.region === me.region
      ? null
      : api.GET('/v1/helplines', { params: { query: { region: me.region } } }),
    // The vault does not hold all of my profile: no number, no hours.
    me.created_at ? null : api.GET('/v1/me'),
  ]);
  const ended = () => state.me?.id !== me.id || state.session !== 'in';
  if (ended()) return;
  const helplines = lines?.data ?? state.helplines;
  if (!circle.data || !open.data) {
    change({ online: problemType(circle.error ?? open.error) !== NETWORK_ERROR });
    return;
  }
  // Somebody who only helps has another Home; an empty circle must not be shown first.
  const helping = circle.data.items.some((member) => member.state === 'active')
    ? null
    : await api.GET('/v1/supporting', whole);
  if (ended()) return;
  const myReachOut = open.data.items.find((item) => item.from.id === me.id) ?? null;
  change({
    online: true,
    ...(mySelf?.data && { me: mySelf.data }),
    circleEmpty: state.circleEmpty && !circle.data.items.some((member) => member.state === 'active'),
    circle: circle.data.items,
    helplines,
    myReachOut: myReachOut,
    incoming: open.data.items.filter((item) => item.from.id !== me.id),
    supporting: helping?.data?.items ?? (helping ? state.supporting : []),
    unread: (unread.data?.unread ?? 0) > 0,
    messages: myReachOut ? state.messages : [],
    now: serverNow(),
    refreshes: state.refreshes + 1,
  });
  // The service worker does not take over a new version while a reach-out is open.
  await put('busy', myReachOut !== null);
  await seal({ me: state.me ?? me, circle: circle.data.items, helplines }).catch(() => undefined);
  // Somebody signed out meanwhile: leave nothing behind.
  if (ended()) return void (await Promise.all([destroy(), drop('busy')]));
  if (myReachOut) {
    const written = await api.GET('/v1/reach-outs/{reach_out_id}/messages', {
      params: { path: { reach_out_id: myReachOut.id }, ...whole.params },
    });
    if (written.data) change({ messages: written.data.items });
    // The reach-out is on the screen, so its notices are read.
    const shown = !state.route.length || (state.route[0] === 'reach-outs' && state.route[1] === myReachOut.id);
    if (shown && unread.data?.unread && (await readShown((notice) => notice.reach_out_id === myReachOut.id)))
      void refresh();
  }
}
