// Somebody asks whether I could talk: now, at a time, or not today. Nothing is urgent.
import { useState } from 'preact/hooks';
import { api, once } from '../api/client';
import { Button, ErrorText, RadioGroup } from '../components/basics';
import { Field } from '../components/field';
import { GivenAnswer } from '../components/given-answer';
import { InPlace } from '../components/in-place';
import { dial } from '../components/people';
import type { ReachOut, Recipient } from '../contract/types';
import { minutesUntil, nextHalfHours, nextTime } from '../domain/calm';
import { isPast, promisedAt } from '../domain/lamps';
import { answerOf, myRecipient } from '../domain/needs';
import { t } from '../i18n';
import { clock } from '../i18n/format';
import { errorText } from '../i18n/problem';
import { serverNow } from '../platform/clock';
import { state } from '../store/store';

type Kind = NonNullable<Recipient['answer']>;
/** Among the moments to choose from. */
const ANOTHER = 0;

/** Answer somebody; return why it did not arrive, or ''. `minutes` go with "soon". */
export async function answerTo(of: ReachOut, kind: Kind, minutes: number): Promise<string> {
  const request = api.POST('/v1/reach-outs/{reach_out_id}/answers', {
    params: { path: { reach_out_id: of.id }, ...once() },
    body: { kind, minutes: kind === 'soon' ? minutes : null },
    keepalive: true,
  });
  // The phone's dialler opens at once, on the same tap, while the answer is sent.
  if (kind === 'calling' && of.contact) location.href = `tel:${dial(of.contact)}`;
  const { error } = await request;
  return errorText(error);
}

/** My answer, or what I may answer. `ownAnswer`: the sentence for one that I have given. */
export function CalmAnswer({
  of,
  name,
  ownAnswer,
  onAnswer,
}: {
  of: ReachOut;
  name: string;
  ownAnswer: (recipient: Recipient, name: string) => string;
  onAnswer: () => unknown;
}) {
  const recipient = myRecipient(of, state.me?.id);
  const given = answerOf(recipient);
  const [changing, setChanging] = useState(false);
  const [failure, setFailure] = useState('');
  // They stay as they are while one looks at them.
  const [times] = useState(() => nextHalfHours(state.now));
  const [chosen, setChosen] = useState(times[1]);
  const [typed, setTyped] = useState('');
  const moment = chosen === ANOTHER ? nextTime(typed, state.now) : chosen;
  const answer = async (kind: Kind) => {
    if (kind === 'soon' && (!moment || moment < serverNow())) return setFailure(t('incoming-calm.too-far'));
    setFailure(await answerTo(of, kind, minutesUntil(moment ?? 0, serverNow())));
    setChanging(false);
    await onAnswer();
  };
  const answered = () => {
    if (!recipient || !given || changing) return null;
    const later = given === 'soon' && !isPast(recipient, state.now);
    return (
      <GivenAnswer
        of={of}
        name={name}
        says={
          later ? t('incoming-calm.answered', { name, time: clock(promisedAt(recipient)) }) : ownAnswer(recipient, name)
        }
        isThere={given !== 'cannot'}
        failure={failure}
        onChange={() => setChanging(true)}
      />
    );
  };
  const shown = answered();
  return (
    <section class="stack" aria-label={t('incoming.answer')}>
      <InPlace of={!!shown}>
        {shown ?? (
          <>
            <Button kind="main" icon="call" onPress={() => answer('calling')}>
              {t('incoming.calling')}
            </Button>
            <RadioGroup
              asked
              legend={t('incoming-calm.later')}
              name="at"
              value={chosen}
              options={[
                ...times.map((time): [number, string] => [time, clock(time)]),
                [ANOTHER, t('incoming-calm.another')],
              ]}
              onPick={setChosen}
            />
            {chosen === ANOTHER && (
              <Field
                label={t('incoming-calm.which')}
                type="time"
                value={typed}
                onInput={(event: InputEvent) => setTyped((event.currentTarget as HTMLInputElement).value)}
              />
            )}
            <Button onPress={() => answer('soon')}>
              {moment ? t('incoming-calm.at', { time: clock(moment) }) : t('incoming-calm.another')}
            </Button>
            <ErrorText>{failure}</ErrorText>
            <Button kind="quiet" onPress={() => answer('cannot')}>
              {t('incoming-calm.not-today')}
            </Button>
          </>
        )}
      </InPlace>
    </section>
  );
}
