// A row that is switched on and off.
import { Switch } from './basics';
import { Item } from './rows';

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
