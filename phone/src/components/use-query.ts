// Queries of a single screen, repeated after every refresh of the app.
import { useEffect, useState } from 'preact/hooks';
import { NETWORK_ERROR, problemType } from '../domain/problems';
import { errorText } from '../i18n/problem';
import { change, state } from '../store/store';

/**
 * Return the latest data (undefined until there is any), a function to refetch it, and whether the server knows no such
 * thing.
 */
export function useQuery<T>(
  query: () => Promise<{ data?: T; error?: unknown }>,
  about: unknown[] = [],
): [T | undefined, () => Promise<void>, boolean] {
  const [latest, setLatest] = useState<T>();
  const [notFound, setNotFound] = useState(false);
  /** The number of the query that was sent last, and of the one that is shown. */
  const [turn] = useState({ sent: 0, shown: 0, failure: '' });
  const refetch = async () => {
    turn.sent += 1;
    const mine = turn.sent;
    const { data, error } = await query();
    // A reply that comes late says how things were before what is shown.
    if (mine < turn.shown) return;
    const missing = problemType(error) === '/problems/not-found';
    if (data !== undefined || missing) turn.shown = mine;
    // A page that stays empty says why; without a network each does so itself. On Home nothing moves the button, and whoever was
    // signed out is told that.
    const before = turn.failure;
    const silent = turn.shown || !state.route.length || state.session !== 'in' || problemType(error) === NETWORK_ERROR;
    turn.failure = silent ? '' : errorText(error);
    if (turn.failure ? !state.toast : before && state.toast === before) change({ toast: turn.failure });
    if (data !== undefined) setLatest(data);
    setNotFound(missing);
  };
  useEffect(() => void refetch(), [state.refreshes, ...about]);
  return [latest, refetch, notFound];
}
