// A field to write to those of a reach-out. What stands typed in it stays there: when the field moves, over a reload and the app lock.
import { useEffect, useRef, useState } from 'preact/hooks';
import { api, once } from '../api/client';
import { t } from '../i18n';
import { errorText } from '../i18n/problem';
import { whenForgotten } from '../platform/forget';
import { newKey } from '../platform/random-key';
import { change } from '../store/store';
import { draftTo, keepDraft, loadShown } from '../store/threads';
import { Button, ErrorText } from './basics';
import { Icon } from './icons';
import { useMovingField } from './moving-field';

interface Draft {
  text: string;
  /** The same words go under the same key, so that sending them again makes no second message. */
  key: string;
}

/** What stands typed, by reach-out: its field moves when somebody answers, and nothing that was typed is lost. */
const drafts = new Map<string, Draft>();
whenForgotten(() => {
  drafts.clear();
});

/** Put back what stood typed before the page was loaded, unless something was typed since. */
async function recall(to: string): Promise<void> {
  await loadShown(to);
  const kept = draftTo(to);
  if (!kept || drafts.has(to)) return;
  drafts.set(to, JSON.parse(kept) as Draft);
  change({});
}

/** What stands typed to those of this reach-out. */
export const typedTo = (id: string): string => drafts.get(id)?.text ?? '';

/** One line to write into. The text stays until the server has it. */
export function Write({ to, label, onSent }: { to: string; label: string; onSent: () => unknown }) {
  const [failure, setFailure] = useState('');
  const sending = useRef(false);
  const around = useMovingField<HTMLFormElement>(to);
  useEffect(() => void recall(to), [to]);
  const text = typedTo(to);
  const type = (typed: string) => {
    const draft = { text: typed, key: newKey() };
    drafts.set(to, draft);
    void keepDraft(to, typed && JSON.stringify(draft));
    change({});
  };
  const send = async () => {
    const sent = drafts.get(to);
    if (sending.current || !sent?.text.trim()) return;
    sending.current = true;
    const { error } = await api.POST('/v1/reach-outs/{reach_out_id}/messages', {
      params: { path: { reach_out_id: to }, ...once(sent.key) },
      body: { text: sent.text },
    });
    sending.current = false;
    setFailure(errorText(error));
    if (error) return;
    // What was typed meanwhile stays.
    const now = typedTo(to);
    type(now.startsWith(sent.text) ? now.slice(sent.text.length).trimStart() : now);
    await onSent();
  };
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    void send();
  };
  return (
    <form class="stack" ref={around} onSubmit={submit}>
      <div class="line">
        <input
          class="field"
          id="write"
          aria-label={label}
          placeholder={label}
          maxLength={4000}
          value={text}
          autocomplete="off"
          onInput={(event) => type(event.currentTarget.value)}
        />
        <Button label={t('all.send')} onPress={send}>
          <Icon name="send" />
        </Button>
      </div>
      <ErrorText>{failure}</ErrorText>
    </form>
  );
}

/** It is over. What was typed and not sent is still here, to be copied. */
export function Unsent({ to }: { to: string }) {
  useEffect(() => void recall(to), [to]);
  const text = typedTo(to);
  if (!text) return null;
  return (
    <>
      <p class="soft">{t('person.typed')}</p>
      <blockquote class="words">{text}</blockquote>
    </>
  );
}
