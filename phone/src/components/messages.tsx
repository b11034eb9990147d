// The messages of a reach-out, and a field to write one.
import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import { api, once } from '../api/client';
import type { Message } from '../contract/types';
import { t } from '../i18n';
import { clock } from '../i18n/format';
import { errorText } from '../i18n/problem';
import { whenForgotten } from '../platform/forget';
import { newKey } from '../platform/random-key';
import { change, state } from '../store/store';
import { Button, ErrorText } from './basics';
import { Icon } from './icons';
import { nameOf } from './people';

export function Messages({ messages }: { messages: Message[] }) {
  return (
    <ul class="msgs" aria-live="polite">
      {messages.map((message) => {
        const isMine = message.from.id === state.me?.id;
        return (
          <li class={`msg${isMine ? ' me' : ''}`} key={message.id}>
            <p>{message.text}</p>
            <p class="soft small">
              {isMine ? t('all.you') : nameOf(message.from)}, {clock(message.created_at)}
            </p>
          </li>
        );
      })}
    </ul>
  );
}

interface Draft {
  text: string;
  /** The same words go under the same key, so that sending them again makes no second message. */
  key: string;
}

/** What stands typed, by reach-out: its field moves when somebody answers, and nothing that was typed is lost. */
const drafts = new Map<string, Draft>();
/** The reach-out whose field was being typed into when it was taken away a moment ago. */
let typedInto = '';
whenForgotten(() => {
  drafts.clear();
  typedInto = '';
});

/** One line to write into. The text stays until the server has it. */
export function Write({ to, label, onSent }: { to: string; label: string; onSent: () => unknown }) {
  const [failure, setFailure] = useState('');
  const sending = useRef(false);
  const field = useRef<HTMLInputElement>(null);
  useLayoutEffect(() => {
    if (typedInto === to) field.current?.focus({ preventScroll: true });
    return () => {
      if (document.activeElement !== field.current) return;
      typedInto = to;
      setTimeout(() => (typedInto = ''));
    };
  }, []);
  const text = drafts.get(to)?.text ?? '';
  const type = (typed: string) => {
    drafts.set(to, { text: typed, key: newKey() });
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
    const now = drafts.get(to)?.text ?? '';
    type(now.startsWith(sent.text) ? now.slice(sent.text.length).trimStart() : now);
    await onSent();
  };
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    void send();
  };
  return (
    <form class="stack" onSubmit={submit}>
      <div class="line">
        <input
          ref={field}
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
