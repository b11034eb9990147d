// Fetches everything that screens share: circle, open reach-outs, inbox. All of it, whatever changed.

import { api, whole } from '../api/client';
import { NETWORK_ERROR, problemType } from '../domain/problems';
import { serverNow } from '../platform/clock';
import { put } from '../platform/storage';
import { destroy, seal } from '../vault/vault';
import { readShown } from './mark-read';
import { change, state } from './store';

let current: Promise<void> | null = null;
let next: Promise<void> | null = null;
let lastStartedAt = 0;

/**
 * Refresh the state. A call during a refresh causes one more after it, however many calls there are, and is answered by that one:
 * the first may have begun before what the caller knows.
 */
export function refresh(): Promise<void> {
  const again = () => {
    next = null;
    return refresh();
  };
  if (current) {
    next ??= current.then(again, again);
    return next;
  }
  current = fetchAll().finally(() => {
    current = null;
  });
  return current;
}

/** Refresh if the last one is older than this: there is no event for a change of who is reachable. */
export function refreshIfOlder(afterMs: number): void {
  if (Date.now() - lastStartedAt > afterMs && document.visibilityState === 'visible') void refresh();
}

async function fetchAll(): Promise<void> {
  lastStartedAt = Date.now();
  const { me, myReachOut: before } = state;
  if (me && state.session === 'locked') return fetchOwn(me.id);
  if (!me || state.session !== 'in') return;
  const [circle, open, unread, helplineReply, profile] = await Promise.all([
    api.GET('/v1/circle', whole),
    api.GET('/v1/reach-outs', { params: { query: { open: true, ...whole.params.query } } }),
    api.GET('/v1/inbox/unread-count'),
    state.helplines?.region === me.region
      ? null
      : api.GET('/v1/helplines', { params: { query: { region: me.region } } }),
    // The vault holds only a part of my profile: no number, no hours.
    me.created_at ? null : api.GET('/v1/me'),
  ]);
  const ended = () => state.me?.id !== me.id || state.session !== 'in';
  const isLocking = () => state.session === 'locked' || state.session === 'starting';
  if (ended()) return;
  const helplines = helplineReply?.data ?? state.helplines;
  if (!circle.data || !open.data) {
    change({ online: problemType(circle.error ?? open.error) !== NETWORK_ERROR });
    return;
  }
  // Somebody who only helps has another Home: know it before an empty circle is shown.
  const supporting = circle.data.items.some((member) => member.state === 'active')
    ? null
    : await api.GET('/v1/supporting', whole);
  if (ended()) return;
  // A press was sent or ended meanwhile, and its own reply is newer.
  if (state.myReachOut !== before) return fetchAll();
  const myReachOut = open.data.items.find((item) => item.from.id === me.id) ?? null;
  change({
    online: true,
    ...(profile?.data && { me: profile.data }),
    circleEmpty: state.circleEmpty && !circle.data.items.some((member) => member.state === 'active'),
    circle: circle.data.items,
    helplines,
    myReachOut: myReachOut,
    incoming: open.data.items.filter((item) => item.from.id !== me.id),
    supporting: supporting?.data?.items ?? (supporting ? state.supporting : []),
    unread: (unread.data?.unread ?? 0) > 0,
    newToHelper: (unread.data?.from_supported ?? 0) > 0,
    messages: myReachOut ? state.messages : [],
    now: serverNow(),
    refreshes: state.refreshes + 1,
  });
  // The service worker does not take over a new version while a reach-out is open.
  await Promise.all([
    put('busy', myReachOut !== null),
    seal({ me: state.me ?? me, circle: circle.data.items, helplines }).catch(() => undefined),
  ]);
  // Somebody signed out meanwhile: leave nothing behind. Locking the app leaves it where it is.
  if (ended()) return isLocking() ? undefined : destroy();
  if (myReachOut) {
    const messageReply = await api.GET('/v1/reach-outs/{reach_out_id}/messages', {
      params: { path: { reach_out_id: myReachOut.id }, ...whole.params },
    });
    if (messageReply.data) change({ messages: messageReply.data.items });
    // The reach-out is on the screen, so its notices are read. Of a calm ask Home shows a card only; its page reads them.
    const shown =
      (!state.route.length && !myReachOut.calm) ||
      (state.route[0] === 'reach-outs' && state.route[1] === myReachOut.id);
    if (shown && unread.data?.unread) void markSeen(myReachOut.id);
  }
}

/** While the app is locked: whether I have reached out, and nothing else. */
async function fetchOwn(id: string): Promise<void> {
  const { data, error } = await api.GET('/v1/reach-outs', {
    params: { query: { open: true, mine: true, ...whole.params.query } },
  });
  if (state.session !== 'locked') return;
  if (!data) return change({ online: problemType(error) !== NETWORK_ERROR });
  change({ online: true, myReachOut: data.items.find(({ from }) => from.id === id) ?? null, now: serverNow() });
}

/** Mark the notices of this reach-out as read, which is on the screen; the person who reached out then sees that it was seen. */
export async function markSeen(id: string): Promise<void> {
  if (await readShown((notice) => notice.reach_out_id === id)) await refresh();
}
