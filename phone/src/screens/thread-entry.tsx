// One thing that passed between two people: words, a check-in, a mark that they talked, a day, a reach-out that ended.
import { api } from '../api/client';
import { Button } from '../components/basics';
import { CheckInParts } from '../components/check-in-parts';
import { Icon } from '../components/icons';
import { Lamp } from '../components/lamp';
import type { ThreadItem } from '../contract/types';
import type { Content } from '../domain/check-in';
import { t } from '../i18n';
import { clock } from '../i18n/format';
import type { Letter } from '../outbox/letters';
import { accepted } from '../store/accepted';

interface Props {
  item: ThreadItem;
  name: string;
  /** All that is shown, newest first: an answer stands in the card of what it answers. */
  items: ThreadItem[];
  onSeen: () => Promise<void>;
  onMore: () => void;
}

export function Entry({ item, name, items, onSeen, onMore }: Props) {
  const by = `${item.mine ? t('all.you') : name}, ${clock(item.created_at)}`;
  const side = item.mine ? 'msg me' : 'msg';
  if (item.kind === 'talked') return <Mark>{t('person.talked-mark', { name })}</Mark>;
  if (item.kind === 'commitment')
    return (
      <Mark tick={item.done === true}>
        {t(item.done ? 'person.done' : 'person.not-today', { text: item.commitment?.text ?? '' })}
      </Mark>
    );
  if (item.kind === 'reach_out')
    return (
      <div class="line">
        <Lamp state="bright" />
        <p class="soft small">{t(item.mine ? 'person.reached-me' : 'person.reached', { name })}</p>
      </div>
    );
  if (item.kind === 'reach_in') {
    // It stands in the card of the check-in that it answers.
    if (items.some((other) => other.id === item.about && other.kind === 'check_in')) return null;
    return item.text ? (
      <div class={side}>
        <p>{item.text}</p>
        <p class="soft small">{by}</p>
      </div>
    ) : (
      <div class="line">
        <Lamp state="lit" />
        <p class="soft small">{t(item.mine ? 'person.thought-me' : 'shared.reach-in', { name })}</p>
      </div>
    );
  }
  const answers = items.filter((other) => other.about === item.id).reverse();
  const see = async () => {
    const at = { params: { path: { check_in_id: item.id } }, body: {} };
    if (await accepted(api.POST('/v1/check-ins/{check_in_id}/seen', at))) await onSeen();
  };
  return (
    <article class={`${side} told`}>
      <CheckInParts of={(item.check_in ?? {}) as Content} />
      <p class="soft small">
        {t(item.mine ? 'person.shared-me' : 'person.shared', { name, time: clock(item.created_at) })}
      </p>
      {answers.map((answer) => (
        <div class="reply" key={answer.id}>
          <p class="words">{answer.text}</p>
          <p class="soft small">
            {answer.mine ? t('all.you') : name}, {clock(answer.created_at)}
          </p>
        </div>
      ))}
      {item.done && !answers.length && (
        <p class="soft small">{t(item.mine ? 'person.seen-me' : 'shared.sent', { name })}</p>
      )}
      {!item.mine && !item.done && (
        <div class="two">
          <Button kind="main" onPress={see}>
            {t('shared.see')}
          </Button>
          <Button onPress={onMore}>{t('person.say-more')}</Button>
        </div>
      )}
    </article>
  );
}

const Mark = ({ tick = true, children }: { tick?: boolean; children: preact.ComponentChildren }) => (
  <p class="mark">
    {tick && <Icon name="check" />}
    {children}
  </p>
);

/** Words that wait on this phone. */
export function Waiting({ letters }: { letters: Letter[] }) {
  return (
    <ul class="msgs">
      {letters.map((letter) => (
        <li class="entry" key={letter.key}>
          <div class="msg me">
            <p>{(letter.body as { text: string }).text}</p>
            <p class="soft small">{t('pending.head')}</p>
          </div>
        </li>
      ))}
    </ul>
  );
}
