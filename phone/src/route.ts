// Addresses live behind the #, as the API's own links do (`/#/reach-outs/…`, `/#/invitation/…`): no server sees them.
import { change, state } from './state/store';
import { reported } from './words/place';

export function read(): string[] {
  return location.hash.replace(/^#\/?/, '').split('/').filter(Boolean).map((part) => reported(() => decodeURIComponent(part), part));
}

/** `go('reach-outs', id)`; without a part it is Home. */
export function go(...parts: string[]): void {
  location.hash = to(...parts);
  arrive();
}

/** The href of a link inside the app. */
export const to = (...parts: string[]): string => `#/${parts.map(encodeURIComponent).join('/')}`;

/** Takes the place of the present page, so that "back" does not lead to it. */
export function instead(...parts: string[]): void {
  history.replaceState(null, '', to(...parts));
  arrive();
}

/** Shows where the address leads, and takes away what was said before. Once: the browser tells of a new address later than we do. */
export function arrive(): void {
  const route = read();
  if (String(route) === String(state.route)) return;
  change({ route, now: Date.now(), word: '' });
  scrollTo(0, 0);
  // A screen reader begins at the heading of the new page.
  setTimeout(toHeading, 30);
}

/** Every page has one. */
export const heading = (): HTMLElement | null => document.querySelector('h1');
export const toHeading = (): void => heading()?.focus({ preventScroll: true });
