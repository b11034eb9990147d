// Whether passkeys can be used or made on this phone, for screens that show a button for it.
import { useEffect, useState } from 'preact/hooks';
import { makeable, offered } from '../store/passkeys';

/** Return whether passkeys are offered here; false until that is known. */
export function usePasskeysOffered(): boolean {
  const [offeredHere, setOfferedHere] = useState(false);
  useEffect(() => void offered().then(setOfferedHere), []);
  return offeredHere;
}

/** Return whether this phone can make a passkey; undefined until that is known. */
export function usePasskeyMakeable(): boolean | undefined {
  const [possible, setPossible] = useState<boolean>();
  useEffect(() => void makeable().then(setPossible), []);
  return possible;
}
