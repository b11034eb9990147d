// My rhythm: when a moment may come, what else may remind me, and the pause of it all. And a break from everybody.
import { useRef, useState } from 'preact/hooks';
import { api } from '../api/client';
import { Button, RadioGroup } from '../components/basics';
import { Days, dayOptions } from '../components/checks';
import { Field } from '../components/field';
import { Form } from '../components/form';
import { SubPage } from '../components/sub-page';
import { Toggle } from '../components/toggle';
import { useQuery } from '../components/use-query';
import type { Schemas } from '../contract/types';
import { dayIn } from '../domain/day';
import { DAYS } from '../domain/hours';
import { isAway, morning, WEEK_MS } from '../domain/morning';
import type { Key } from '../i18n';
import { t } from '../i18n';
import { errorText } from '../i18n/problem';
import { moment } from '../i18n/span';
import { serverNow } from '../platform/clock';
import { accepted } from '../store/accepted';
import { updateProfile } from '../store/profile';
import { keepRhythm } from '../store/rhythm';
import { state } from '../store/store';

type Chosen = Schemas['RhythmOut'];
const SUNDAY = 6;
const OTHERS: ['commitments' | 'follow_ups' | 'practice_offers', Key, Key][] = [
  ['commitments', 'rhythm.commitments', 'rhythm.commitments-say'],
  ['follow_ups', 'rhythm.follow-ups', 'rhythm.follow-ups-say'],
  ['practice_offers', 'rhythm.practice-offers', 'rhythm.practice-offers-say'],
];

export function RhythmPage() {
  const [stored] = useQuery(() => api.GET('/v1/me/rhythm'));
  const [changed, setChanged] = useState<Chosen | null>(null);
  const chosen = changed ?? stored;
  const last = useRef<Promise<unknown>>(Promise.resolve());
  const saved = useRef<Chosen | null>(null);
  if (!chosen)
    return (
      <SubPage of="settings" head={t('rhythm.head')} says={t('rhythm.say')}>
        {null}
      </SubPage>
    );
  // Every change is shown and saved at once, and whole; one that could not be saved is taken back.
  const choose = async (part: Partial<Chosen>) => {
    const next = { ...chosen, ...part };
    setChanged(next);
    // One after another: two quick taps must not overtake each other.
    const saving = last.current.then(() => api.PUT('/v1/me/rhythm', { body: next }));
    last.current = saving;
    if (await accepted(saving)) {
      saved.current = next;
      return keepRhythm(next);
    }
    // What was chosen since goes out whole, with this in it.
    setChanged((now) => (now === next ? saved.current : now));
  };
  const { check_in, week, paused_until } = chosen;
  return (
    <SubPage of="settings" head={t('rhythm.head')} says={t('rhythm.say')}>
      <section class="stack">
        <ul class="rows">
          <Toggle
            name={t('rhythm.check-in')}
            on={!!check_in}
            onChange={(on) => choose({ check_in: on ? { at: '21:00', days: DAYS } : null })}
          />
        </ul>
        {check_in && (
          <>
            <Time
              label={t('rhythm.time')}
              at={check_in.at}
              onPick={(at) => choose({ check_in: { ...check_in, at } })}
            />
            {/* At least one day stays: for none there is the switch. */}
            <Days
              legend={t('hours.weekdays')}
              days={check_in.days}
              onPick={(days) => days.length > 0 && choose({ check_in: { ...check_in, days } })}
            />
          </>
        )}
        <ul class="rows">
          <Toggle
            name={t('rhythm.week')}
            on={!!week}
            onChange={(on) => choose({ week: on ? { at: '18:00', day: SUNDAY } : null })}
          />
        </ul>
        {week && (
          <>
            <Time label={t('rhythm.week-time')} at={week.at} onPick={(at) => choose({ week: { ...week, at } })} />
            <RadioGroup
              kind="seven"
              legend={t('rhythm.week-day')}
              name="week-day"
              value={week.day}
              options={dayOptions()}
              onPick={(day) => choose({ week: { ...week, day } })}
            />
          </>
        )}
        <ul class="rows">
          {OTHERS.map(([which, name, says]) => (
            <Toggle
              key={which}
              name={t(name)}
              says={t(says)}
              on={chosen[which]}
              onChange={(on) => choose({ [which]: on })}
            />
          ))}
          <Toggle
            name={t('rhythm.pause')}
            says={paused_until ? t('rhythm.paused', { time: moment(paused_until) }) : t('rhythm.pause-say')}
            on={!!paused_until}
            onChange={(on) => choose({ paused_until: on ? new Date(serverNow() + WEEK_MS).toISOString() : null })}
          />
        </ul>
      </section>
    </SubPage>
  );
}

function Time({ label, at, onPick }: { label: string; at: string; onPick: (at: string) => unknown }) {
  // Half a time stays as it was typed while one is at it.
  const [typed, setTyped] = useState<string>();
  return (
    <Field
      label={label}
      type="time"
      required
      value={typed ?? at}
      onInput={({ currentTarget }: { currentTarget: HTMLInputElement }) => setTyped(currentTarget.value)}
      onBlur={() => setTyped(undefined)}
      onChange={({ currentTarget }: { currentTarget: HTMLInputElement }) =>
        currentTarget.value && onPick(currentTarget.value)
      }
    />
  );
}

/** A break from everybody I am there for: one tap begins it, and one ends it. */
export function AwayPage() {
  const { me } = state;
  const leave = (until: Date | null) => updateProfile({ away_until: until?.toISOString() ?? null });
  const untilMorning = morning(serverNow());
  return (
    <SubPage of="settings" head={t('away.head')} says={t('away.say')}>
      {me && isAway(me, serverNow()) ? (
        <section class="stack">
          <p role="status">{t('helper.off', { time: moment(me.away_until ?? '') })}</p>
          <Button kind="main" onPress={() => leave(null)}>
            {t('helper.back')}
          </Button>
        </section>
      ) : (
        <>
          <section class="stack">
            <Button onPress={() => leave(untilMorning)}>{t('helper.tonight')}</Button>
            <Button onPress={() => leave(new Date(serverNow() + WEEK_MS))}>{t('away.week')}</Button>
          </section>
          <Form
            send={async (read) => {
              // Eight in the morning, as after a night off.
              const { error } = await api.PATCH('/v1/me', {
                body: { away_until: new Date(`${read('until')}T08:00`).toISOString() },
              });
              if (error) return errorText(error);
              await updateProfile({});
              return '';
            }}
            submit={t('away.until-then')}
            kind=""
          >
            <Field label={t('away.until')} name="until" type="date" required min={tomorrow()} />
          </Form>
        </>
      )}
    </SubPage>
  );
}

function tomorrow(): string {
  const next = new Date(serverNow());
  next.setDate(next.getDate() + 1);
  return dayIn(undefined, +next);
}
