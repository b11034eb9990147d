// My hours: when pushes may come. One span for the days that are chosen; past midnight it goes on the next day.
import { useState } from 'preact/hooks';
import type { Schemas } from '../api/client';
import { Back, Button, Field, Says, Wrong } from '../parts/basics';
import { go, to } from '../route';
import { change, state } from '../state/store';
import { language, say } from '../words';
import { patch } from './settings';

type Window = Schemas['Window'];
const DAYS = [0, 1, 2, 3, 4, 5, 6];
const MIDNIGHT = '24:00';

/** The windows of these days. Pure. */
export function windows(days: number[], from: string, to_: string): Window[] {
  if (from < to_) return days.map((day) => ({ day, from, to: to_ }));
  return days.flatMap((day) => [{ day, from, to: MIDNIGHT }, ...(to_ > '00:00' ? [{ day: (day + 1) % 7, from: '00:00', to: to_ }] : [])]);
}

export function Hours() {
  const kept = (state.me?.hours ?? []) as unknown as Window[];
  const starts = kept.filter((window) => window.from !== '00:00' || !kept.some((other) => other.to === MIDNIGHT));
  const [days, setDays] = useState(starts.length ? starts.map((window) => window.day) : DAYS);
  const [said, setSaid] = useState('');
  const first = starts[0];
  const end = first?.to === MIDNIGHT ? (kept.find((window) => window.from === '00:00')?.to ?? '00:00') : first?.to;
  const save = async (hours: Window[] | null) => {
    if (!(await patch({ hours }))) return;
    go('settings');
    change({ word: say('all.saved') });
  };
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget as HTMLFormElement);
    const [from, until] = [String(form.get('from')), String(form.get('to'))];
    if (days.length && from !== until) void save(windows(days, from, until));
    else setSaid(say('set.hours-none'));
  };
  // The first of January 2024 was a Monday.
  const name = (day: number) => new Intl.DateTimeFormat(language(), { weekday: 'short' }).format(new Date(2024, 0, 1 + day));
  return (
    <main class="page">
      <Back href={to('settings')}>{say('tab.settings')}</Back>
      <div class="stack">
        <Says small>{say('set.hours')}</Says>
        <p class="soft">{say('set.hours-say')}</p>
      </div>
      <form class="stack" onSubmit={submit}>
        <div class="two">
          <Field label={say('set.hours-from')} name="from" type="time" required defaultValue={first?.from ?? '08:00'} />
          <Field label={say('set.hours-to')} name="to" type="time" required defaultValue={end ?? '22:00'} />
        </div>
        <fieldset class="pick">
          <legend class="head">{say('set.hours-days')}</legend>
          {DAYS.map((day) => (
            <label key={day}>
              <input type="checkbox" checked={days.includes(day)} onChange={() => setDays(days.includes(day) ? days.filter((one) => one !== day) : [...days, day])} />
              {name(day)}
            </label>
          ))}
        </fieldset>
        <Wrong>{said}</Wrong>
        <Button kind="main" submit>
          {say('all.save')}
        </Button>
        <Button onPress={() => save(null)}>{say('set.hours-any')}</Button>
      </form>
    </main>
  );
}
