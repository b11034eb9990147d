// The messages of a reach-out.
import type { Message } from '../contract/types';
import { t } from '../i18n';
import { clock } from '../i18n/format';
import { state } from '../store/store';
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
