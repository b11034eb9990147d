// My open reach-out until it is answered: the furthest progress as a sentence, then each recipient.
import { useState } from 'preact/hooks';
import { api, once } from '../api/client';
import { ErrorText, Headline, RadioGroup } from '../components/basics';
import { AskAgain, CloseActions } from '../components/close-actions';
import { Lamp, Light } from '../components/lamp';
import { PlanFold, Write } from '../components/later-parts';
import { Messages } from '../components/messages';
import { CallList, LineButton, names } from '../components/people';
import { Recipients } from '../components/recipients';
import { NEED_WORDS, NEEDS, PROGRESS_WORDS } from '../components/state-words';
import type { ReachOut } from '../contract/types';
import type { Progress } from '../domain/lamps';
import { furthestProgress, whoIsThere } from '../domain/lamps';
import type { Need } from '../domain/needs';
import type { Key } from '../i18n';
import { t } from '../i18n';
import { clock } from '../i18n/format';
import { errorText } from '../i18n/problem';
import { refresh } from '../store/refresh';
import { change, state } from '../store/store';
import { Answered } from './answered';
import { NotifyLine } from './notify-ask';

const MINUTE_MS = 60_000;
/** The sentence when no phone has it; the phone numbers then come first. */
const NO_PHONE_WORDS: Partial<Record<Progress['state'], Key>> = {
  inbox_only: 'waiting.inbox-only-say',
  unreachable: 'waiting.inbox-only-say',
  declined: 'waiting.declined-say',
};

export function MyReachOut({ of }: { of: ReachOut }) {
  // An answer is shown even while the others are still being asked.
  if (whoIsThere(of.recipients).length) return <Answered of={of} />;
  return of.unanswered_at ? <Unanswered of={of} /> : <Waiting of={of} />;
}

function Waiting({ of }: { of: ReachOut }) {
  const progress = furthestProgress(of.recipients);
  const noPhone = NO_PHONE_WORDS[progress.state];
  const next = of.next_rung_at ? t('waiting.next-rung', { time: clock(of.next_rung_at) }) : t('waiting.stays-open');
  return (
    <main class="page">
      <section class="hero">
        <div class="halo">
          <Light />
        </div>
        <Headline live>
          {t(PROGRESS_WORDS[progress.state], {
            n: progress.people.length,
            names: names(progress.people),
            owners: names(progress.people, true),
          })}
        </Headline>
        <p>{noPhone ? t(noPhone) : next}</p>
        {!state.online && <p role="status">{t('waiting.offline')}</p>}
        {!noPhone && <p class="soft small">{t('waiting.breathe')}</p>}
        <NotifyLine />
      </section>
      {noPhone && <CallList people={of.recipients} helplines={of.helplines} />}
      {noPhone && of.next_rung_at && (
        <p class="soft small mid">{t('answered.next-rung', { time: clock(of.next_rung_at) })}</p>
      )}
      <Recipients of={of} />
      <PlanFold />
      {!noPhone && <LineButton helplines={of.helplines} />}
      <Elaborate of={of} />
      <CloseActions of={of} />
    </main>
  );
}

/** Nobody has answered: say so plainly, with the phone numbers first. */
function Unanswered({ of }: { of: ReachOut }) {
  // If nobody can be reached, this shows after seconds; and a phone's clock may be wrong by any amount.
  const pressedAt = of.raised_at ?? of.created_at;
  const minutes = Math.floor((state.now - Date.parse(pressedAt)) / MINUTE_MS);
  return (
    <main class="page">
      <section class="stack">
        <Headline live>{t('unanswered.head')}</Headline>
        <p>
          {minutes >= 1 && minutes < 60
            ? t('unanswered.say', { n: minutes })
            : t('unanswered.say-since', { time: clock(pressedAt) })}
        </p>
      </section>
      <CallList people={of.recipients} helplines={of.helplines} />
      <PlanFold open />
      <section class="line">
        <Lamp state="lit" />
        <p class="soft">
          {of.next_rung_at
            ? t('unanswered.explanation-next-rung', { time: clock(of.next_rung_at) })
            : t('unanswered.explanation')}
        </p>
      </section>
      <NotifyLine />
      <AskAgain of={of}>{t('waiting.ask-again')}</AskAgain>
      <CloseActions of={of} />
      <Recipients of={of} />
      <Elaborate of={of} />
    </main>
  );
}

/** A note and a need: asked for after the press, never before it. */
function Elaborate({ of }: { of: ReachOut }) {
  const [message, setMessage] = useState('');
  const need = async (wanted: Need) => {
    // A press while a reach-out is open only adds to it.
    const { data, error } = await api.POST('/v1/reach-outs', { params: once(), body: { need: wanted } });
    setMessage(errorText(error));
    if (data) change({ myReachOut: data });
  };
  return (
    <section class="stack" aria-labelledby="word">
      <h2 class="name" id="word">
        {t('waiting.note')}
      </h2>
      {of.note && <blockquote class="words">{of.note}</blockquote>}
      <Messages messages={state.messages} />
      <Write to={of.id} label={t('waiting.note-example')} onSent={refresh} />
      <RadioGroup
        legend={t('waiting.need')}
        name="need"
        options={NEEDS.map((option) => [option, t(NEED_WORDS[option].choose)])}
        value={of.need}
        onPick={(wanted) => void need(wanted)}
      />
      <ErrorText>{message}</ErrorText>
    </section>
  );
}
