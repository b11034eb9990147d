// Where I am signed in, what is kept of me in plain words, and leaving for good.
import { api, whole } from '../api/client';
import { Button, SubPage } from '../components/basics';
import { Proof } from '../components/proof';
import { Group, Item } from '../components/rows';
import { useQuery } from '../components/use-query';
import { t } from '../i18n';
import { day } from '../i18n/format';
import { errorText } from '../i18n/problem';
import type { Device } from '../store/notifications';
import { to } from '../store/router';
import { clearSession } from '../store/session';
import { change } from '../store/store';

function pushState({ disabled_at, last_receipt_at, refused }: Device): string {
  if (disabled_at) return t('devices.disabled');
  if (refused) return t('devices.refused');
  return last_receipt_at ? t('devices.arrived', { time: day(last_receipt_at) }) : t('devices.never');
}

export function Devices() {
  const [sessions, refetchSessions] = useQuery(() => api.GET('/v1/sessions', whole));
  const [devices, refetchDevices] = useQuery(() => api.GET('/v1/devices', whole));
  const signOut = async (which: string) => {
    await api.DELETE('/v1/sessions/{which}', { params: { path: { which } } });
    await Promise.all([refetchSessions(), refetchDevices()]);
  };
  const others = sessions?.items.filter((session) => !session.current) ?? [];
  return (
    <SubPage of="settings" head={t('settings.devices')}>
      <Group
        head={t('settings.devices-say')}
        after={others.length > 0 && <Button onPress={() => signOut('others')}>{t('devices.others')}</Button>}
      >
        <Item name={t('devices.current')} says={t('devices.used', { time: day(Date.now()) })} />
        {others.map((session) => (
          <Item
            key={session.id}
            name={t('devices.used', { time: day(session.last_used_at) })}
            says={t('devices.since', { time: day(session.created_at) })}
          >
            <Button onPress={() => signOut(session.id)}>{t('settings.sign-out')}</Button>
          </Item>
        ))}
      </Group>
      {devices && devices.items.length > 0 && (
        <Group head={t('devices.push')}>
          {devices.items.map((device) => (
            <Item key={device.id} name={device.label ?? t('device.any')} says={pushState(device)}>
              {!device.disabled_at && (
                <Button
                  onPress={() =>
                    api
                      .DELETE('/v1/devices/{device_id}', { params: { path: { device_id: device.id } } })
                      .then(refetchDevices)
                  }
                >
                  {t('all.remove')}
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
    <SubPage of="settings" head={t('settings.privacy')}>
      <ul class="card">
        {([1, 2, 3, 4, 5, 6, 7] as const).map((line) => (
          <li key={line}>{t(`privacy.${line}`)}</li>
        ))}
      </ul>
    </SubPage>
  );
}

export function DeleteAccount() {
  const erase = async () => {
    const { error } = await api.DELETE('/v1/me');
    if (error) change({ toast: errorText(error) });
    else await clearSession(t('session.account-deleted'));
  };
  return (
    <SubPage of="settings" head={t('settings.delete')}>
      <p>{t('delete.say')}</p>
      <Proof to={t('delete.yes')} kind="quiet" onProven={erase}>
        <a class="btn" href={to('settings')}>
          {t('delete.no')}
        </a>
      </Proof>
    </SubPage>
  );
}
