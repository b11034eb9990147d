// My hours: when pushes may come. One span for the days that are chosen; past midnight it goes on the next day.
import { useState } from 'preact/hooks';
import type { Schemas } from '../api/client';
import { Button, Field, SubPage } from '../parts/basics';
import { Form } from '../parts/form';
import type { Filled } from '../parts/form';
import { go } from '../route';
import { change, state } from '../state/store';
import { language, say } from '../words';
import { written } from '../words/place';
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
  const first = starts[0];
  const end = first?.to === MIDNIGHT ? (kept.find((window) => window.from === '00:00')?.to ?? '00:00') : first?.to;
  const save = async (hours: Window[] | null) => {
    if (!(await patch({ hours }))) return;
    go('settings');
    change({ word: say('all.saved') });
  };
  const choose = async (filled: Filled) => {
    const [from, until] = [filled('from'), filled('to')];
    if (!days.length || from === until) return say('set.hours-none');
    await save(windows(days, from, until));
    return '';
  };
  // The first of January 2024 was a Monday.
  const name = (day: number) => written(new Date(2024, 0, 1 + day), { weekday: 'short' }, language());
  return (
    <SubPage of="settings" head={say('set.hours')} says={say('set.hours-say')}>
      <Form send={choose} submit={say('all.save')} after={<Button onPress={() => save(null)}>{say('set.hours-any')}</Button>}>
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
      </Form>
    </SubPage>
  );
}
