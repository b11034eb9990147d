// When my circle is told after a press: a choice of three paces.
import { useState } from 'preact/hooks';
import { api } from '../api/client';
import { ErrorText, RadioGroup, SubPage } from '../components/basics';
import { useQuery } from '../components/use-query';
import { t } from '../i18n';
import { errorText } from '../i18n/problem';
import { span } from '../i18n/span';

const PACES = {
  usual: { word: 'ladder-pace.usual', ladder: null },
  fast: { word: 'ladder-pace.fast', ladder: [0, 45, 90, 180] },
  slow: { word: 'ladder-pace.slow', ladder: [0, 180, 360, 600] },
} as const;
const RUNGS = [1, 2, 3, 4] as const;
type Pace = keyof typeof PACES;

export function LadderSettings() {
  const [ladder, refetch] = useQuery(() => api.GET('/v1/circle/ladder'));
  const [message, setMessage] = useState('');
  const names = Object.keys(PACES) as Pace[];
  const chosen =
    ladder && (ladder.own ? names.find((name) => PACES[name].ladder?.join() === ladder.ladder.join()) : 'usual');
  const choose = async (pace: Pace) => {
    const own = PACES[pace].ladder;
    const { error } = await api.PUT('/v1/circle/ladder', { body: { ladder: own && [...own] } });
    setMessage(errorText(error));
    await refetch();
  };
  return (
    <SubPage of="circle" head={t('circle.ladder')}>
      <p>{t('ladder.say')}</p>
      <RadioGroup
        legend={t('circle.ladder')}
        name="pace"
        value={chosen ?? null}
        options={names.map((name) => [name, t(PACES[name].word)])}
        onPick={choose}
      />
      <ErrorText>{message}</ErrorText>
      <ol class="card steps wide" aria-live="polite">
        {RUNGS.map((rung, index) => (
          <li key={rung}>
            <b>{ladder?.ladder[index] ? span(ladder.ladder[index]) : t('member-step.1')}</b>{' '}
            <span>{t(`ladder-rung.${rung}`)}</span>
          </li>
        ))}
      </ol>
      <p class="soft small">{t('circle.sooner')}</p>
    </SubPage>
  );
}
