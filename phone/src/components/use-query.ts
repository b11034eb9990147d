// Queries of a single screen, repeated after every refresh of the app.
import { useEffect, useState } from 'preact/hooks';
import { problemType } from '../domain/problems';
import { state } from '../store/store';

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
  const refetch = async () => {
    const { data, error } = await query();
    if (data !== undefined) setLatest(data);
    setNotFound(problemType(error) === '/problems/not-found');
  };
  useEffect(() => void refetch(), [state.refreshes, ...about]);
  return [latest, refetch, notFound];
}
