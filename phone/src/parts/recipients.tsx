// Everyone told of my reach-out: how far it has come to them, what they have said, and how to call and text them.
import type { ReachOut, Recipient } from '../api/client';
import { say } from '../i18n';
import { clock } from '../i18n/format';
import { nearest, past, promised, STATES } from '../state/lamps';
import { state } from '../state/store';
import { Lamp } from './lamp';
import { CallAndText, nameOf, role } from './people';
import { Item } from './rows';

/** What somebody has said that they do; once its time is over, that they have said it. */
export function comes(of: Recipient): string {
  const name = nameOf(of);
  if (of.answer === 'here') return say('there.here', { name });
  const time = clock(promised(of));
  const soon = of.answer === 'soon';
  return past(of, state.now)
    ? say(soon ? 'there.soon-past' : 'there.calling-past', { name, time })
    : say(soon ? 'there.soon' : 'there.calling', { name, time });
}

function stateOf(recipient: Recipient, of: ReachOut): string {
  if (recipient.state === 'answered') return comes(recipient);
  if (recipient.state === 'queued' && of.next_rung_at) return say('wait.queued-next', { time: clock(of.next_rung_at) });
  return say(STATES[recipient.state].says);
}

export function Recipients({ of, but }: { of: ReachOut; but?: Recipient }) {
  return (
    <ul class="rows" aria-label={say('wait.circle')}>
      {nearest(of.recipients).map(
        (recipient) =>
          recipient.person.id !== but?.person.id && (
            <Item
              key={recipient.person.id}
              lamp={<Lamp ring state={STATES[recipient.state].lamp} />}
              name={nameOf(recipient)}
              more={recipient.role ? role(recipient.role) : undefined}
              says={stateOf(recipient, of)}
            >
              <CallAndText name={nameOf(recipient)} number={recipient.contact} />
            </Item>
          ),
      )}
    </ul>
  );
}
