// Addresses are behind the #, as in the API's own links (`/#/reach-outs/…`, `/#/invitation/…`): no server sees them.

import { parseRoute } from '../domain/links';
import { serverNow } from '../platform/clock';
import { change, state } from './store';

/** Go to an address: `go('reach-outs', id)`; without a part, to Home. */
export function go(...parts: string[]): void {
  location.hash = to(...parts);
  syncRoute();
}

/** For a reply that may be slow: return a function that goes on, unless somebody has left the page of now by then. */
export function fromHere(): (onward: () => void) => void {
  const page = state.route;
  return (onward) => {
    if (state.route === page) onward();
  };
}

/** Return the href of a link inside the app. */
export const to = (...parts: string[]): string => `#/${parts.map(encodeURIComponent).join('/')}`;

/** Replace the present address, so that "back" does not lead to it. */
export function replaceRoute(...parts: string[]): void {
  history.replaceState(null, '', to(...parts));
  syncRoute();
}

/**
 * Show the screen of the current address and clear the toast. Does nothing if it is shown already, as when `hashchange`
 * follows our own call.
 */
export function syncRoute(): void {
  const route = parseRoute(location);
  // A # that was encoded on the way is part of the path, and would stay in every later address.
  if (route.length && location.pathname + location.search !== '/') history.replaceState(null, '', `/${to(...route)}`);
  if (String(route) === String(state.route)) return;
  change({ route, now: serverNow(), toast: '' });
  scrollTo(0, 0);
  // A screen reader begins at the heading of the new page.
  setTimeout(focusHeading, 30);
}

/** Return the page's <h1>; every page has one. */
export const heading = (): HTMLElement | null => document.querySelector('h1');
export const focusHeading = (): void => heading()?.focus({ preventScroll: true });
