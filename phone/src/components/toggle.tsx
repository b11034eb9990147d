// A row that is switched on and off.
import { Item } from './rows';

/** On or off; `label` is read out with it. */
export function Switch({ label, on, onChange }: { label: string; on: boolean; onChange: (on: boolean) => unknown }) {
  return (
    <span class="switch">
      {/* biome-ignore lint/a11y/useAriaPropsForRole: the browser's own checkbox tells its state; a second one could differ. */}
      <input type="checkbox" role="switch" aria-label={label} checked={on} onChange={() => onChange(!on)} />
    </span>
  );
}

export function Toggle({
  name,
  says,
  on,
  onChange,
}: {
  name: string;
  says?: string;
  on: boolean;
  onChange: (on: boolean) => unknown;
}) {
  return (
    <Item name={name} says={says}>
      <Switch label={name} on={on} onChange={onChange} />
    </Item>
  );
}
