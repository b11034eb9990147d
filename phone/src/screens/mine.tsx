// My open reach-out, from the first second until somebody is there: the truest sentence first, then each lamp.
import { useState } from 'preact/hooks';
import type { ReachOut } from '../api/client';
import { api, once } from '../api/client';
import type { Key } from '../i18n';
import { say } from '../i18n';
import { clock } from '../i18n/format';
import { wrong } from '../i18n/problem';
import { Pick, Says, Wrong } from '../parts/basics';
import { AskAgain, HowIsIt } from '../parts/how';
import { Lamp, Light } from '../parts/lamp';
import { Messages, Write } from '../parts/messages';
import { CallList, LineButton, names } from '../parts/people';
import { Recipients } from '../parts/recipients';
import { NotifyLine } from '../parts/unheard';
import { look } from '../state/everything';
import { truth, whoIsThere } from '../state/lamps';
import type { Need } from '../state/needed';
import { NEEDS, needs } from '../state/needed';
import { change, state } from '../state/store';
import { There } from './there';

const MINUTE_MS = 60_000;
/** Where no phone has it, the numbers come first. */
const NO_PHONE: Partial<Record<Key, Key>> = {
  'wait.quiet': 'wait.quiet-say',
  'wait.unheard': 'wait.quiet-say',
  'wait.declined': 'wait.declined-say',
};

export function Mine({ of }: { of: ReachOut }) {
  // An answer stands also while the others are asked beside it.
  if (whoIsThere(of.recipients).length) return <There of={of} />;
  return of.unanswered_at ? <Quiet of={of} /> : <Waiting of={of} />;
}

function Waiting({ of }: { of: ReachOut }) {
  const { key, who } = truth(of.recipients);
  const unheard = NO_PHONE[key];
  const next = of.next_rung_at ? say('wait.next', { time: clock(of.next_rung_at) }) : say('wait.open');
  return (
    <main class="page">
      <section class="hero">
        <div class="halo">
          <Light />
        </div>
        <Says live>{say(key, { n: who.length, names: names(who), owners: names(who, true) })}</Says>
        <p>{unheard ? say(unheard) : next}</p>
        {!state.reached && <p role="status">{say('wait.away')}</p>}
        {!unheard && <p class="soft small">{say('wait.breathe')}</p>}
        <NotifyLine />
      </section>
      {unheard && <CallList people={of.recipients} helplines={of.helplines} />}
      {unheard && of.next_rung_at && (
        <p class="soft small mid">{say('there.next', { time: clock(of.next_rung_at) })}</p>
      )}
      <Recipients of={of} />
      {!unheard && <LineButton helplines={of.helplines} />}
      <AddAWord of={of} />
      <HowIsIt of={of} />
    </main>
  );
}

/** Nobody has answered: the plain truth, and the numbers first. */
function Quiet({ of }: { of: ReachOut }) {
  // Nobody who can hear: then this stands here after seconds. And a phone's clock can be wrong by anything.
  const minutes = Math.floor((state.now - Date.parse(of.created_at)) / MINUTE_MS);
  return (
    <main class="page">
      <section class="stack">
        <Says live>{say('quiet.head')}</Says>
        <p>
          {minutes >= 1 && minutes < 60
            ? say('quiet.say', { n: minutes })
            : say('quiet.long', { time: clock(of.created_at) })}
        </p>
      </section>
      <CallList people={of.recipients} helplines={of.helplines} />
      <section class="line">
        <Lamp state="lit" />
        <p class="soft">{of.next_rung_at ? say('quiet.next', { time: clock(of.next_rung_at) }) : say('quiet.why')}</p>
      </section>
      <NotifyLine />
      <AskAgain of={of}>{say('wait.again')}</AskAgain>
      <HowIsIt of={of} />
      <Recipients of={of} />
      <AddAWord of={of} />
    </main>
  );
}

/** Words and a need come after the press, never before it. */
function AddAWord({ of }: { of: ReachOut }) {
  const [said, setSaid] = useState('');
  const need = async (wanted: Need) => {
    // Pressing again while one is open makes no second one; it only says more about this one.
    const { data, error } = await api.POST('/v1/reach-outs', { params: once(), body: { need: wanted } });
    setSaid(wrong(error));
    if (data) change({ mine: data });
  };
  return (
    <section class="stack" aria-labelledby="word">
      <h2 class="name" id="word">
        {say('wait.word')}
      </h2>
      {of.note && <blockquote class="words">{of.note}</blockquote>}
      <Messages messages={state.messages} />
      <Write to={of.id} label={say('wait.word-like')} onSent={look} />
      <Pick
        legend={say('wait.need')}
        name="need"
        options={needs.map((one) => [one, say(NEEDS[one].word)])}
        value={of.need}
        onPick={(wanted) => void need(wanted)}
      />
      <Wrong>{said}</Wrong>
    </section>
  );
}
