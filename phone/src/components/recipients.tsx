// Everyone told of my reach-out: how far it has come to each, their answer, and buttons to call and text them.
import type { ReachOut, Recipient } from '../contract/types';
import { hasBegun, isPast, LAMPS, nearest, promisedAt } from '../domain/lamps';
import { answerOf } from '../domain/needs';
import { t } from '../i18n';
import { clock } from '../i18n/format';
import { to } from '../store/router';
import { state } from '../store/store';
import { Lamp } from './lamp';
import { CallAndText, nameOf, role } from './people';
import { Item } from './rows';
import { standingWords } from './standing-words';
import { STATE_WORDS } from './state-words';

/** Return the sentence for an answer; in the past tense once the time that it named is over. */
export function answerSentence(of: Recipient): string {
  const name = nameOf(of);
  if (of.answer === 'here') return t('answered.here', { name });
  const time = clock(promisedAt(of));
  const soon = of.answer === 'soon';
  return isPast(of, state.now)
    ? t(soon ? 'answered.soon-past' : 'answered.calling-past', { name, time })
    : t(soon ? 'answered.soon' : 'answered.calling', { name, time });
}

function stateOf(recipient: Recipient, of: ReachOut): string {
  if (recipient.state === 'answered') return answerSentence(recipient);
  if (recipient.state === 'queued' && of.next_rung_at && hasBegun(of.recipients))
    return t('state.queued-next', { time: clock(of.next_rung_at) });
  const progress = t(STATE_WORDS[recipient.state]);
  // They said so before it became a press.
  return recipient.answer === 'soon'
    ? t('calm.said-before', { progress, time: clock(promisedAt(recipient)) })
    : progress;
}

/** What they wrote for me, until they have answered. */
const standingWordsOf = (recipient: Recipient): string =>
  answerOf(recipient)
    ? ''
    : standingWords(state.circle?.find((member) => member.person.id === recipient.person.id)?.standing_words);

export function Recipients({ of, but }: { of: ReachOut; but?: Recipient }) {
  return (
    <ul class="rows" aria-label={t(of.calm ? 'calm.asked-list' : 'waiting.circle')}>
      {nearest(of.recipients).map(
        (recipient) =>
          recipient.person.id !== but?.person.id && (
            <Item
              key={recipient.person.id}
              href={to('people', recipient.person.id)}
              lamp={<Lamp ring state={LAMPS[recipient.state]} />}
              name={nameOf(recipient)}
              more={recipient.role ? role(recipient.role) : undefined}
              says={stateOf(recipient, of)}
              words={of.calm ? '' : standingWordsOf(recipient)}
            >
              <CallAndText name={nameOf(recipient)} number={recipient.contact} />
            </Item>
          ),
      )}
    </ul>
  );
}
