// What stands typed in a form and was not sent: kept sealed on this phone, so that a reload and the app lock leave it there.
import { useEffect, useState } from 'preact/hooks';
import { t } from '../i18n';
import { draftTo, keepDraft, loadShown } from '../store/threads';

/**
 * Return what stands typed under this name (undefined for nothing), a function that keeps it as it is typed, and whether it was here
 * when the form was opened. Without a name it lasts as long as the page.
 */
export function useDraft(name: string | undefined): [string | undefined, (typed?: string) => void, boolean] {
  const [text, setText] = useState(() => (name && draftTo(name)) || undefined);
  const [found, setFound] = useState(!!text);
  useEffect(() => {
    if (!name || text !== undefined) return;
    void loadShown(name).then(() => {
      const kept = draftTo(name) || undefined;
      setText((typed) => typed ?? kept);
      setFound(!!kept);
    });
  }, [name]);
  const type = (typed?: string) => {
    setText(typed);
    if (!typed) setFound(false);
    if (name) void keepDraft(name, typed ?? '');
  };
  return [text, type, found];
}

/** Where something is changed that is kept already: what was found typed must not look as if it were. */
export const Begun = () => (
  <p class="soft small" role="status">
    {t('draft.begun')}
  </p>
);
