// What stands typed in a form and was not sent: kept sealed on this phone, so that a reload and the app lock leave it there.
import { useEffect, useState } from 'preact/hooks';
import { draftTo, keepDraft, loadShown } from '../store/threads';

/**
 * Return what stands typed under this name (undefined for nothing), and a function that keeps it as it is typed. Without a name, which is
 * for what is changed and not new, it lasts as long as the page: unsent words must not look like those that are kept.
 */
export function useDraft(name: string | undefined): [string | undefined, (typed: string) => void] {
  const [text, setText] = useState<string>();
  useEffect(() => {
    if (name) void loadShown(name).then(() => setText((typed) => typed ?? (draftTo(name) || undefined)));
  }, [name]);
  const type = (typed: string) => {
    setText(typed);
    if (name) void keepDraft(name, typed);
  };
  return [text, type];
}
