// Choices of which any number can be taken, shown as round choices like those of a RadioGroup; and the days of a week.
import { DAYS } from '../domain/hours';
import { toggled } from '../domain/toggled';
import { dayName } from './hours-in-words';

/** `look`: how the legend is shown; for screen readers alone where it is not given. */
export function Checks<T extends string | number>({
  legend,
  look,
  kind = '',
  options,
  chosen,
  onToggle,
  isFull,
}: {
  legend: string;
  look?: 'ask' | 'head' | 'name';
  kind?: string;
  options: (readonly [T, string])[];
  chosen: readonly T[];
  onToggle: (option: T) => unknown;
  /** No more can be chosen. */
  isFull?: boolean;
}) {
  return (
    <fieldset class={`pick ${kind}`}>
      <legend class={look ?? 'sr'}>{legend}</legend>
      {options.map(([option, shown]) => {
        const checked = chosen.includes(option);
        return (
          <label key={option}>
            <input type="checkbox" checked={checked} disabled={isFull && !checked} onChange={() => onToggle(option)} />
            {shown}
          </label>
        );
      })}
    </fieldset>
  );
}

/** The days of a week, to choose from. */
export const dayOptions = (): [number, string][] => DAYS.map((day) => [day, dayName(day)]);

/** `onPick` is given the days in their order. */
export const Days = ({
  days,
  onPick,
  ...legend
}: {
  legend: string;
  look?: 'name';
  days: number[];
  onPick: (days: number[]) => unknown;
}) => (
  <Checks
    {...legend}
    kind="seven"
    options={dayOptions()}
    chosen={days}
    onToggle={(day) => onPick(toggled(days, day).sort())}
  />
);
