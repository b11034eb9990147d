// Where I am signed in, what is kept of me in plain words, and leaving for good.
import { api, whole } from '../api/client';
import { Button, SubPage } from '../components/basics';
import { Proof } from '../components/proof';
import { Group, Item } from '../components/rows';
import { useAsked } from '../components/use-query';
import { say } from '../i18n';
import { day } from '../i18n/format';
import { wrong } from '../i18n/problem';
import type { Device } from '../store/notifications';
import { to } from '../store/router';
import { leave } from '../store/session';
import { change } from '../store/store';

function pushState({ disabled_at, last_receipt_at }: Device): string {
  if (disabled_at) return say('devices.dead');
  return last_receipt_at ? say('devices.arrived', { time: day(last_receipt_at) }) : say('devices.never');
}

export function Devices() {
  const [sessions, again] = useAsked(() => api.GET('/v1/sessions', whole));
  const [devices, askDevices] = useAsked(() => api.GET('/v1/devices', whole));
  const signOut = async (which: string) => {
    await api.DELETE('/v1/sessions/{which}', { params: { path: { which } } });
    await Promise.all([again(), askDevices()]);
  };
  const others = sessions?.items.filter((one) => !one.current) ?? [];
  return (
    <SubPage of="settings" head={say('set.devices')}>
      <Group
        head={say('set.devices-say')}
        after={others.length > 0 && <Button onPress={() => signOut('others')}>{say('devices.others')}</Button>}
      >
        <Item name={say('devices.here')} says={say('devices.used', { time: day(Date.now()) })} />
        {others.map((one) => (
          <Item
            key={one.id}
            name={say('devices.used', { time: day(one.last_used_at) })}
            says={say('devices.since', { time: day(one.created_at) })}
          >
            <Button onPress={() => signOut(one.id)}>{say('set.sign-out')}</Button>
          </Item>
        ))}
      </Group>
      {devices && devices.items.length > 0 && (
        <Group head={say('devices.push')}>
          {devices.items.map((one) => (
            <Item key={one.id} name={one.label ?? say('device.any')} says={pushState(one)}>
              {!one.disabled_at && (
                <Button
                  onPress={() =>
                    api.DELETE('/v1/devices/{device_id}', { params: { path: { device_id: one.id } } }).then(askDevices)
                  }
                >
                  {say('channel.remove')}
                </Button>
              )}
            </Item>
          ))}
        </Group>
      )}
    </SubPage>
  );
}

export function Privacy() {
  return (
    <SubPage of="settings" head={say('set.privacy')}>
      <ul class="card">
        {([1, 2, 3, 4, 5, 6, 7] as const).map((line) => (
          <li key={line}>{say(`privacy.${line}`)}</li>
        ))}
      </ul>
    </SubPage>
  );
}

export function DeleteAccount() {
  const erase = async () => {
    const { error } = await api.DELETE('/v1/me');
    if (error) change({ word: wrong(error) });
    else await leave(say('out.deleted'));
  };
  return (
    <SubPage of="settings" head={say('set.delete')}>
      <p>{say('delete.say')}</p>
      <Proof to={say('delete.yes')} kind="quiet" onProven={erase}>
        <a class="btn" href={to('settings')}>
          {say('delete.no')}
        </a>
      </Proof>
    </SubPage>
  );
}
