// What a screen alone wants to know from the server; asked again whenever the app looks again.
import { useEffect, useState } from 'preact/hooks';
import { problemType } from '../domain/problems';
import { offered } from '../store/passkeys';
import { state } from '../store/store';

/** The newest answer (undefined until there is one), a way to ask once more, and whether it is not there (any more). */
export function useAsked<T>(
  ask: () => Promise<{ data?: T; error?: unknown }>,
  about: unknown[] = [],
): [T | undefined, () => Promise<void>, boolean] {
  const [found, setFound] = useState<T>();
  const [gone, setGone] = useState(false);
  const again = async () => {
    const { data, error } = await ask();
    if (data !== undefined) setFound(data);
    setGone(problemType(error) === '/problems/not-found');
  };
  useEffect(() => void again(), [state.looked, ...about]);
  return [found, again, gone];
}

/** Whether passkeys are to be had here; not until that is known. */
export function useOffered(): boolean {
  const [there, setThere] = useState(false);
  useEffect(() => void offered().then(setThere), []);
  return there;
}
