// A word to somebody with one tap, which can be taken back for five seconds. Leaving the page sends it.
import { useState } from 'preact/hooks';
import { problemType } from '../domain/problems';
import { t } from '../i18n';
import { errorText } from '../i18n/problem';
import { sendWord } from '../store/threads';
import { Button, ErrorText } from './basics';
import { waitsInWords } from './check-in-parts';
import { InPlace } from './in-place';
import { useUndo } from './use-undo';

/** The sentence for words that were not taken; '' where they were. */
export function wordError(error: unknown, name: string): string {
  const kind = problemType(error);
  if (kind === '/problems/reach-ins-unanswered') return t('shared.too-soon', { name });
  return kind === '/problems/too-many-tries' ? t('shared.many-words') : errorText(error);
}

/** `words` go to this person, as an answer to `about` where that is given; `sent` is what stands there afterwards. */
export function OneTap({
  to: { id, name },
  words,
  label,
  sent,
  kind = '',
  about,
  onSent,
}: {
  to: { id: string; name: string };
  words: string;
  label: string;
  sent: string;
  kind?: string;
  about?: string;
  onSent?: () => unknown;
}) {
  const [done, setDone] = useState('');
  const [failure, setFailure] = useState('');
  const { waiting, choose } = useUndo(async (text) => {
    const { error, waits } = await sendWord(id, text, about);
    setFailure(wordError(error, name));
    if (error) return;
    setDone(waits ? waitsInWords() : sent);
    await onSent?.();
  });
  const shown = () => {
    if (done) return <p tabIndex={-1}>{done}</p>;
    if (waiting)
      return (
        <div class="line">
          <p tabIndex={-1}>{t('person.goes', { text: waiting, name })}</p>
          <Button kind="slim" onPress={() => choose('')}>
            {t('undo.button')}
          </Button>
        </div>
      );
    return (
      <>
        <Button kind={kind} onPress={() => choose(words)}>
          {label}
        </Button>
        <ErrorText>{failure}</ErrorText>
      </>
    );
  };
  return <InPlace of={done || waiting}>{shown()}</InPlace>;
}
