// The messages of a reach-out, and a field to write one.
import { useState } from 'preact/hooks';
import { api, once } from '../api/client';
import type { Message } from '../contract/types';
import { t } from '../i18n';
import { clock } from '../i18n/format';
import { errorText } from '../i18n/problem';
import { newKey } from '../platform/random-key';
import { state } from '../store/store';
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

/** One line to write into. The text stays until the server has it. */
export function Write({ to, label, onSent }: { to: string; label: string; onSent: () => unknown }) {
  const [text, setText] = useState('');
  const [key, setKey] = useState(newKey);
  const [failure, setFailure] = useState('');
  const send = async () => {
    if (!text.trim()) return;
    const { error } = await api.POST('/v1/reach-outs/{reach_out_id}/messages', {
      params: { path: { reach_out_id: to }, ...once(key) },
      body: { text },
    });
    setFailure(errorText(error));
    if (error) return;
    setText('');
    setKey(newKey());
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
          class="field"
          id="write"
          aria-label={label}
          placeholder={label}
          maxLength={4000}
          value={text}
          autocomplete="off"
          onInput={(event) => setText(event.currentTarget.value)}
        />
        <Button label={t('all.send')} onPress={send}>
          <Icon name="send" />
        </Button>
      </div>
      <ErrorText>{failure}</ErrorText>
    </form>
  );
}
