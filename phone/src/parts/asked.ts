// What a screen alone wants to know from the server; asked again whenever the app looks again.
import { useEffect, useState } from 'preact/hooks';
import { state } from '../state/store';

/** The newest answer (undefined until there is one), and a way to ask once more. `about`: what the question depends on. */
export function useAsked<T>(ask: () => Promise<{ data?: T }>, about: unknown[] = []): [T | undefined, () => Promise<void>] {
  const [found, setFound] = useState<T>();
  const again = async () => {
    const { data } = await ask();
    if (data !== undefined) setFound(data);
  };
  useEffect(() => void again(), [state.looked, ...about]);
  return [found, again];
}

export const whole = { params: { query: { limit: 100 } } };
