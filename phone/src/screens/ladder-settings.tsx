// When my circle is told after a press: three paces, in words.
import { useState } from 'preact/hooks';
import { api } from '../api/client';
import { Pick, SubPage, Wrong } from '../components/basics';
import { useAsked } from '../components/use-query';
import { say } from '../i18n';
import { wrong } from '../i18n/problem';
import { span } from '../i18n/span';

const PACES = {
  usual: { word: 'times-pace.usual', ladder: null },
  fast: { word: 'times-pace.fast', ladder: [0, 45, 90, 180] },
  slow: { word: 'times-pace.slow', ladder: [0, 180, 360, 600] },
} as const;
const RUNGS = [1, 2, 3, 4] as const;
type Pace = keyof typeof PACES;

export function Times() {
  const [ladder, again] = useAsked(() => api.GET('/v1/circle/ladder'));
  const [said, setSaid] = useState('');
  const names = Object.keys(PACES) as Pace[];
  const chosen =
    ladder && (ladder.own ? names.find((name) => PACES[name].ladder?.join() === ladder.ladder.join()) : 'usual');
  const choose = async (pace: Pace) => {
    const own = PACES[pace].ladder;
    const { error } = await api.PUT('/v1/circle/ladder', { body: { ladder: own && [...own] } });
    setSaid(wrong(error));
    await again();
  };
  return (
    <SubPage of="circle" head={say('circle.times')}>
      <p>{say('times.say')}</p>
      <Pick
        legend={say('circle.times')}
        name="pace"
        value={chosen ?? null}
        options={names.map((name) => [name, say(PACES[name].word)])}
        onPick={choose}
      />
      <Wrong>{said}</Wrong>
      <ol class="card steps wide" aria-live="polite">
        {RUNGS.map((rung, index) => (
          <li key={rung}>
            <b>{ladder?.ladder[index] ? span(ladder.ladder[index]) : say('member.step.1')}</b>{' '}
            <span>{say(`times-rung.${rung}`)}</span>
          </li>
        ))}
      </ol>
      <p class="soft small">{say('circle.sooner')}</p>
    </SubPage>
  );
}
