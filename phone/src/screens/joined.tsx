// After accepting: notifications on this phone, being woken, and the two words that both compare. One question per page.
import { useState } from 'preact/hooks';
import { api, whole } from '../api/client';
import { Button, Headline, RadioGroup } from '../components/basics';
import { hasHours } from '../components/hours-in-words';
import { Lamp, Light } from '../components/lamp';
import { nameOf } from '../components/people';
import { StandingWordsForm } from '../components/standing-words-form';
import { useQuery } from '../components/use-query';
import type { Supported } from '../contract/types';
import { t } from '../i18n';
import { pushStatus } from '../store/notifications';
import { updateProfile } from '../store/profile';
import { refresh } from '../store/refresh';
import { replaceRoute } from '../store/router';
import { state } from '../store/store';
import { NumberForm } from './contact-number';
import { HoursForm, NightNote } from './hours';
import { NotifyQuestion } from './notify';

export type Membership = Pick<Supported, 'id' | 'person' | 'state' | 'words'>;
type Step = 'tell' | 'wake' | 'standing' | 'words';

/** Return the steps that are still open; only the words for somebody who comes back later. */
function steps(fresh: boolean): Step[] {
  const tell = fresh && pushStatus() !== 'on';
  const wake = fresh && !state.me?.wake_me && !hasHours(state.me);
  return [
    ...(tell ? (['tell'] as const) : []),
    ...(wake ? (['wake'] as const) : []),
    ...(fresh ? (['standing'] as const) : []),
    'words',
  ];
}

export function Joined({ of, fresh }: { of: Membership; fresh: boolean }) {
  const [left, setLeft] = useState(() => steps(fresh));
  const next = () => setLeft(left.slice(1));
  const name = nameOf(of);
  if (left[0] === 'tell') return <NotifyStep key="tell" name={name} onDone={next} />;
  if (left[0] === 'wake') return <WakeStep key="wake" name={name} onDone={next} />;
  if (left[0] === 'standing') return <StandingStep key="standing" of={of} name={name} onDone={next} />;
  return <TwoWords key="words" of={of} />;
}

interface StepProps {
  name: string;
  onDone: () => void;
}

function Later({ onDone }: { onDone: () => void }) {
  return (
    <Button kind="quiet" onPress={onDone}>
      {t('join.later')}
    </Button>
  );
}

function NotifyStep({ name, onDone }: StepProps) {
  const [numberInstead, setNumberInstead] = useState(false);
  const status = pushStatus();
  const impossible = status === 'add' || status === 'none';
  if (numberInstead)
    return (
      <main class="page">
        <div class="stack">
          <Headline live>{t('join.number', { name })}</Headline>
          <p>{t('contact-number.say')}</p>
        </div>
        <NumberForm kind="main" onSaved={onDone} after={<Later onDone={onDone} />} />
      </main>
    );
  return (
    <main class="page">
      <div class="hero grow">
        {impossible ? <Lamp state="dim big" /> : <Light cord />}
        <Headline live>{t('notify.ask')}</Headline>
        <p>{t('join.notify-say', { name })}</p>
      </div>
      <div class="stack">
        <NotifyQuestion
          main
          onSwitched={onDone}
          later={
            <>
              {impossible && <Button onPress={() => setNumberInstead(true)}>{t('join.number-instead')}</Button>}
              <Later onDone={onDone} />
            </>
          }
        >
          {null}
        </NotifyQuestion>
        <p class="soft small mid">{t('notify.off-say')}</p>
      </div>
    </main>
  );
}

/** May they wake you? A no asks for hours at once, and both are saved together. */
function WakeStep({ name, onDone }: StepProps) {
  const [picked, setPicked] = useState<'wake' | 'quiet' | null>(null);
  const wake = async () => (await updateProfile({ wake_me: true })) && onDone();
  return (
    <main class="page">
      <div class="stack">
        <Headline live>{t('join.wake', { name })}</Headline>
        <p>{t('join.wake-say')}</p>
      </div>
      <RadioGroup
        legend={t('join.wake', { name })}
        name="wake"
        kind="two"
        value={picked}
        options={[
          ['wake', t('settings.wake')],
          ['quiet', t('join.wake-hours')],
        ]}
        onPick={setPicked}
      />
      {picked === 'quiet' && (
        <HoursForm
          wake={false}
          submit={t('join.continue')}
          onSaved={onDone}
          after={<p class="soft small">{t('hours.quiet-say')}</p>}
        />
      )}
      {picked === 'wake' && (
        <div class="stack">
          <Button kind="main" onPress={wake}>
            {t('join.continue')}
          </Button>
          <p class="soft small">{t('hours.wake-say')}</p>
          <NightNote />
        </div>
      )}
      <div class="stack">
        <Later onDone={onDone} />
        <p class="soft small mid">{t('join.wake-later')}</p>
      </div>
    </main>
  );
}

/** What they do when the other presses, in their own words; they need not say any. */
function StandingStep({ of, name, onDone }: StepProps & { of: Membership }) {
  return (
    <main class="page">
      <Headline live>{t('standing.head', { name })}</Headline>
      <StandingWordsForm
        of={of}
        name={name}
        kind="main"
        submit={t('join.continue')}
        onSaved={onDone}
        after={
          <Button kind="quiet" onPress={onDone}>
            {t('standing.skip')}
          </Button>
        }
      />
    </main>
  );
}

/** The two words that both sides compare before confirming. */
function TwoWords({ of }: { of: Membership }) {
  const [supporting] = useQuery(() => api.GET('/v1/supporting', whole));
  const membership = supporting?.items.find(({ id }) => id === of.id) ?? of;
  const name = nameOf(of);
  const words = membership.words ?? of.words;
  return (
    <main class="page">
      <div class="hero grow">
        {membership.state === 'active' ? (
          <>
            <Lamp state="bright big" />
            <Headline live>{t('join.member', { name })}</Headline>
            <p>{t(pushStatus() === 'on' ? 'join.member-say' : 'join.member-say-here', { name })}</p>
          </>
        ) : (
          <>
            <Lamp state="lit big" />
            <Headline small live>
              {t('join.words-head', { name })}
            </Headline>
            <p class="say" lang="en">
              {words?.join(' ')}
            </p>
            <p class="soft">{t('join.words-say', { name })}</p>
          </>
        )}
      </div>
      {/* Home would ask for the words once more, where the yes came while they were compared. */}
      <Button onPress={() => refresh().then(() => replaceRoute())}>{t('join.done')}</Button>
    </main>
  );
}
