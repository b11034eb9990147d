// My hours: when pushes may come. One span for the chosen days; it may end on the next day.
import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { Button, RadioGroup } from '../components/basics';
import { Checks, dayOptions } from '../components/checks';
import { Field } from '../components/field';
import type { ReadField } from '../components/form';
import { Form } from '../components/form';
import { SubPage } from '../components/sub-page';
import type { Window } from '../domain/hours';
import { DAYS, spans, windows } from '../domain/hours';
import { toggled } from '../domain/toggled';
import { t } from '../i18n';
import { platform, wrapped } from '../store/notifications';
import { updateProfile } from '../store/profile';
import { go } from '../store/router';
import { change, state } from '../store/store';

/** Among the days to choose from. */
const EVERY = -1;
const PROPOSED = { days: DAYS, from: '07:00', to: '22:00' };

/** From, to, and on which days. `wake` is saved in the same request, so that a choice is never saved by half. */
export function HoursForm({
  wake,
  submit,
  onSaved,
  children,
  after,
}: {
  wake: boolean;
  submit: string;
  onSaved: () => unknown;
  children?: ComponentChildren;
  after?: ComponentChildren;
}) {
  const [first = PROPOSED] = spans((state.me?.hours ?? []) as unknown as Window[]);
  const [days, setDays] = useState(first.days);
  const every = days.length === DAYS.length;
  const otherwise = every ? [] : DAYS;
  const choose = async (readField: ReadField) => {
    const hours = windows([...days].sort(), readField('from'), readField('to'));
    if (!hours.length) return t('hours.invalid');
    if (await updateProfile({ hours, wake_me: wake })) onSaved();
    return '';
  };
  return (
    <Form send={choose} submit={submit} after={after}>
      <div class="two">
        <Field label={t('hours.from')} name="from" type="time" required defaultValue={first.from} />
        <Field label={t('hours.to')} name="to" type="time" required defaultValue={first.to.replace('24:', '00:')} />
      </div>
      <Checks
        look="head"
        legend={t('hours.weekdays')}
        options={[[EVERY, t('hours.every-day')], ...dayOptions()]}
        chosen={every ? [EVERY, ...days] : days}
        onToggle={(day) => setDays(day === EVERY ? otherwise : toggled(days, day))}
      />
      {children}
    </Form>
  );
}

export function Hours() {
  const [wake, setWake] = useState(!!state.me?.wake_me && !!state.me.hours?.length);
  const saved = () => {
    go('settings');
    change({ toast: t('all.saved') });
  };
  const any = async () => (await updateProfile({ hours: null, wake_me: true })) && saved();
  return (
    <SubPage of="settings" head={t('settings.hours')} says={t('hours.say')}>
      <HoursForm
        wake={wake}
        submit={t('all.save')}
        onSaved={saved}
        after={<Button onPress={any}>{t('hours.any-time')}</Button>}
      >
        <Outside wake={wake} onPick={setWake} />
      </HoursForm>
    </SubPage>
  );
}

function Outside({ wake, onPick }: { wake: boolean; onPick: (wake: boolean) => void }) {
  return (
    <>
      <h2 class="head">{t('hours.outside')}</h2>
      <RadioGroup
        legend={t('hours.outside')}
        name="wake"
        value={wake ? 'wake' : 'quiet'}
        options={[
          ['quiet', t('hours.quiet')],
          ['wake', t('settings.wake')],
        ]}
        onPick={(picked) => onPick(picked === 'wake')}
      />
      <p class="soft small" aria-live="polite">
        {t(wake ? 'hours.wake-say' : 'hours.quiet-say')}
      </p>
      <NightNote />
    </>
  );
}

/** What this app cannot do at night on this phone, said where somebody decides about their nights. */
export function NightNote() {
  return <p class="soft small">{t(wrapped ? `night-app.${platform}` : `night.${platform}`)}</p>;
}
