// Whether somebody can be in a circle without the app, for screens that offer it.
import { useEffect, useState } from 'preact/hooks';
import { api } from '../api/client';

/** Return whether the server has a channel that carries a guest's link; undefined until that is known. */
export function useGuestsOffered(): boolean | undefined {
  const [offered, setOffered] = useState<boolean>();
  const ask = async () => {
    const { data } = await api.GET('/v1/config');
    setOffered(!!data?.channels.some((kind) => kind === 'sms' || kind === 'email'));
  };
  useEffect(() => void ask(), []);
  return offered;
}
