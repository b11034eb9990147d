// My hours: when pushes may come. One span for the chosen days; it may end on the next day.
import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { Button, RadioGroup, SubPage } from '../components/basics';
import { Field } from '../components/field';
import type { ReadField } from '../components/form';
import { Form } from '../components/form';
import { dayName } from '../components/hours-in-words';
import type { Window } from '../domain/hours';
import { DAYS, spans, windows } from '../domain/hours';
import { t } from '../i18n';
import { platform, wrapped } from '../store/notifications';
import { updateProfile } from '../store/profile';
import { go } from '../store/router';
import { change, state } from '../store/store';

const PROPOSED = { from: '07:00', to: '22:00' };

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
  const [first] = spans((state.me?.hours ?? []) as unknown as Window[]);
  const [days, setDays] = useState(first?.days ?? DAYS);
  const every = days.length === DAYS.length;
  const choose = async (readField: ReadField) => {
    const hours = windows([...days].sort(), readField('from'), readField('to'));
    if (!hours.length) return t('hours.invalid');
    if (await updateProfile({ hours, wake_me: wake })) onSaved();
    return '';
  };
  return (
    <Form send={choose} submit={submit} after={after}>
      <div class="two">
        <Field label={t('hours.from')} name="from" type="time" required defaultValue={first?.from ?? PROPOSED.from} />
        <Field
          label={t('hours.to')}
          name="to"
          type="time"
          required
          defaultValue={(first?.to ?? PROPOSED.to).replace('24:', '00:')}
        />
      </div>
      <fieldset class="pick">
        <legend class="head">{t('hours.weekdays')}</legend>
        <label>
          <input type="checkbox" checked={every} onChange={() => setDays(every ? [] : DAYS)} />
          {t('hours.every-day')}
        </label>
        {DAYS.map((day) => (
          <label key={day}>
            <input
              type="checkbox"
              checked={days.includes(day)}
              onChange={() => setDays(days.includes(day) ? days.filter((other) => other !== day) : [...days, day])}
            />
            {dayName(day)}
          </label>
        ))}
      </fieldset>
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
