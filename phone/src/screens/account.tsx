// Where I am signed in, what is kept of me in plain words, and leaving for good.
import { api } from '../api/client';
import { useAsked, whole } from '../parts/asked';
import { Back, Button, Says } from '../parts/basics';
import { Row } from '../parts/people';
import { Proof } from '../parts/proof';
import { to } from '../route';
import { leave } from '../state/session';
import { change } from '../state/store';
import { say } from '../words';
import { day } from '../words/format';
import { wrong } from '../words/problem';

export function Devices() {
  const [sessions, again] = useAsked(() => api.GET('/v1/sessions', whole));
  const [devices, askDevices] = useAsked(() => api.GET('/v1/devices', whole));
  const signOut = async (which: string) => {
    await api.DELETE('/v1/sessions/{which}', { params: { path: { which } } });
    await Promise.all([again(), askDevices()]);
  };
  const others = sessions?.items.filter((one) => !one.current) ?? [];
  return (
    <main class="page">
      <Back href={to('settings')}>{say('tab.settings')}</Back>
      <Says small>{say('set.devices')}</Says>
      <section class="stack tight">
        <h2 class="head">{say('set.devices-say')}</h2>
        <ul class="rows">
          <li class="row">
            <Row name={say('devices.here')} says={say('devices.used', { time: day(Date.now()) })} />
          </li>
          {others.map((one) => (
            <li class="row" key={one.id}>
              <Row name={say('devices.used', { time: day(one.last_used_at) })} says={say('devices.since', { time: day(one.created_at) })} />
              <Button onPress={() => signOut(one.id)}>{say('set.sign-out')}</Button>
            </li>
          ))}
        </ul>
        {others.length > 0 && <Button onPress={() => signOut('others')}>{say('devices.others')}</Button>}
      </section>
      {devices && devices.items.length > 0 && (
        <section class="stack tight">
          <h2 class="head">{say('devices.push')}</h2>
          <ul class="rows">
            {devices.items.map((one) => (
              <li class="row" key={one.id}>
                <Row name={one.label ?? say('device.any')} says={one.disabled_at ? say('devices.dead') : one.last_receipt_at ? say('devices.arrived', { time: day(one.last_receipt_at) }) : say('devices.never')} />
                {!one.disabled_at && <Button onPress={() => api.DELETE('/v1/devices/{device_id}', { params: { path: { device_id: one.id } } }).then(askDevices)}>{say('channel.remove')}</Button>}
              </li>
            ))}
          </ul>
        </section>
      )}
    </main>
  );
}

export function Privacy() {
  return (
    <main class="page">
      <Back href={to('settings')}>{say('tab.settings')}</Back>
      <Says small>{say('set.privacy')}</Says>
      <ul class="card">
        {([1, 2, 3, 4, 5, 6, 7] as const).map((line) => (
          <li key={line}>{say(`privacy.${line}`)}</li>
        ))}
      </ul>
    </main>
  );
}

export function DeleteAccount() {
  const erase = async () => {
    const { error } = await api.DELETE('/v1/me');
    if (error) change({ word: wrong(error) });
    else await leave();
  };
  return (
    <main class="page">
      <Back href={to('settings')}>{say('tab.settings')}</Back>
      <div class="stack">
        <Says small>{say('set.delete')}</Says>
        <p>{say('delete.say')}</p>
      </div>
      <Proof to={say('delete.yes')} quiet onProven={erase}>
        <a class="btn" href={to('settings')}>
          {say('delete.no')}
        </a>
      </Proof>
    </main>
  );
}
