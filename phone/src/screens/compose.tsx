// A word to somebody: one tap, which can be taken back for five seconds, or a few words of one's own.
import { useEffect, useRef, useState } from 'preact/hooks';
import { Button, ErrorText } from '../components/basics';
import { Icon } from '../components/icons';
import { InPlace } from '../components/in-place';
import { wordError } from '../components/one-tap';
import { useUndo } from '../components/use-undo';
import type { ThreadItem } from '../contract/types';
import { MAX_IN_A_ROW, unanswered } from '../domain/threads';
import { t } from '../i18n';
import { state } from '../store/store';
import { draftTo, keepDraft, writeTo } from '../store/threads';

const ONE_TAP = ['helper.hello-text', 'person.thanks', 'person.ask'] as const;

interface Props {
  id: string;
  name: string;
  items: ThreadItem[];
  /** What the next words answer. */
  about: string | undefined;
  onAbout: (id: string | undefined) => void;
}

export function Compose({ id, name, items, about, onAbout }: Props) {
  const [text, setText] = useState(() => draftTo(id));
  const [failure, setFailure] = useState('');
  const field = useRef<HTMLTextAreaElement>(null);
  const waits = state.letters.filter((letter) => (letter.body as { to?: string }).to === id).length;
  const full = unanswered(items, state.now) + waits >= MAX_IN_A_ROW;
  useEffect(() => {
    if (about) field.current?.focus();
  }, [about]);

  const send = async (words: string) => {
    const error = await writeTo(id, words, about);
    onAbout(undefined);
    setText(draftTo(id));
    setFailure(wordError(error, name));
  };
  const { waiting: chosen, choose, release } = useUndo(send);
  const tap = (words: string) => {
    setFailure('');
    choose(words);
  };
  const type = (typed: string) => {
    setText(typed);
    void keepDraft(id, typed);
  };
  const submit = async () => {
    const words = text.trim();
    if (!words) return;
    // In order: what was tapped before goes first.
    await release();
    setText('');
    await keepDraft(id, '');
    await send(words);
  };
  const above = () => {
    if (chosen)
      return (
        <div class="line">
          <p tabIndex={-1}>{t('person.goes', { text: chosen, name })}</p>
          <Button kind="slim" onPress={() => choose('')}>
            {t('undo.button')}
          </Button>
        </div>
      );
    if (full) return <p class="soft">{t('shared.too-soon', { name })}</p>;
    return (
      <div class="acts">
        {ONE_TAP.map((words) => (
          <Button key={words} kind="slim" onPress={() => tap(t(words))}>
            {t(words)}
          </Button>
        ))}
      </div>
    );
  };
  return (
    <form
      class="compose"
      aria-label={t('person.word', { name })}
      onSubmit={(event) => {
        event.preventDefault();
        void submit();
      }}
    >
      <div>
        <InPlace of={chosen}>{above()}</InPlace>
        {!full && <ErrorText>{failure}</ErrorText>}
        {/* The key keeps it from being made anew, under somebody's fingers, when what stands above it changes. */}
        <div class="line" key="field">
          <textarea
            ref={field}
            class="field"
            rows={1}
            aria-label={t('person.write', { name })}
            placeholder={t('person.write', { name })}
            maxLength={500}
            value={text}
            onInput={(event) => type(event.currentTarget.value)}
          />
          <Button label={t('all.send')} onPress={submit}>
            <Icon name="send" />
          </Button>
        </div>
      </div>
    </form>
  );
}
