// Somebody has answered: who, what they said they would do, and what to do if the two do not find each other.
import type { ReachOut, Recipient } from '../api/client';
import { Button, Says } from '../parts/basics';
import { close, HowIsIt, talking } from '../parts/how';
import { Lamp, Light } from '../parts/lamp';
import { Messages, Write } from '../parts/messages';
import { Call, CallAndText, LineButton, nameOf, names } from '../parts/people';
import { Item } from '../parts/rows';
import { look } from '../state/everything';
import { STATES, whoIsThere } from '../state/lamps';
import { state } from '../state/store';
import { say } from '../words';
import { clock } from '../words/format';

/** How long past their own minutes the ladder waits for somebody who calls later (the contract's 120 s). */
const GRACE_MS = 120_000;

export function There({ of }: { of: ReachOut }) {
  const [first, ...others] = whoIsThere(of.recipients);
  if (!first) return null;
  const name = nameOf(first);
  const together = of.state === 'together';
  const know = of.recipients.filter((recipient) => ['handed', 'delivered', 'seen'].includes(recipient.state));
  return (
    <main class="page">
      <section class="hero">
        <div class="halo here">
          <Light beams />
        </div>
        <Says live>{together ? say('there.together', { name }) : comes(first, of)}</Says>
        <p>
          {together ? say('there.stay') : first.answer === 'here' ? '' : say('there.close')} {!together && know.length > 0 && say('there.know', { n: know.length, names: names(know), name })}
        </p>
      </section>
      {state.messages.length > 0 && <Messages messages={state.messages} />}
      {(first.answer === 'here' || state.messages.length > 0) && <Write to={of.id} label={others.length + know.length ? say('there.write-all') : say('there.write', { name })} onSent={look} />}
      <section class="stack">
        {together ? (
          <Button kind="main" onPress={() => close(of, 'connected')}>
            {say('how.okay')}
          </Button>
        ) : (
          <Button kind="main" onPress={() => talking(of)}>
            {say('how.talking')}
          </Button>
        )}
        {first.contact && (
          <div class="two">
            <Call number={first.contact}>{say('all.call', { name })}</Call>
            <Call text number={first.contact}>
              {say('all.text', { name })}
            </Call>
          </div>
        )}
        {!together && first.answer === 'soon' && <LineButton helplines={of.helplines} />}
        {!together && <HowIsIt of={of} short />}
        {!together && of.paused_until && <p class="soft small mid">{say('there.else', { time: clock(of.paused_until) })}</p>}
      </section>
      {others.length > 0 && (
        <ul class="rows">
          {others.map((other) => (
            <Item key={other.person.id} lamp={<Lamp ring state={STATES.answered.lamp} />} name={nameOf(other)} says={comes(other, of)}>
              <CallAndText name={nameOf(other)} number={other.contact} />
            </Item>
          ))}
        </ul>
      )}
    </main>
  );
}

function comes({ answer, minutes, ...other }: Recipient, of: ReachOut): string {
  const name = nameOf(other);
  if (answer !== 'soon') return say(answer === 'here' ? 'there.here' : 'there.calling', { name });
  // Only where nobody else holds the ladder is its pause this person's own time.
  const alone = whoIsThere(of.recipients).length === 1 && of.paused_until;
  return alone ? say('there.soon', { name, time: clock(Date.parse(alone) - GRACE_MS) }) : say('there.soon-n', { name, n: minutes ?? 10 });
}
