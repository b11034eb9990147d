// What a screen alone wants to know from the server; asked again whenever the app looks again.
import { useEffect, useState } from 'preact/hooks';
import { problemType } from '../domain/problems';
import { offered } from '../store/passkeys';
import { state } from '../store/store';

/** The newest answer (undefined until there is one), a way to ask once more, and whether it is not there (any more). */
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

/** Whether passkeys are to be had here; not until that is known. */
export function usePasskeysOffered(): boolean {
  const [offeredHere, setOfferedHere] = useState(false);
  useEffect(() => void offered().then(setOfferedHere), []);
  return offeredHere;
}
