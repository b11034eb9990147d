// Who has access to my account: where I am signed in, what was changed when, who opened what of mine, whom I have blocked.
import { useState } from 'preact/hooks';
import { api, whole } from '../api/client';
import { Button } from '../components/basics';
import { nameOf } from '../components/people';
import { Group, Item } from '../components/rows';
import { SubPage } from '../components/sub-page';
import { useQuery } from '../components/use-query';
import type { Schemas } from '../contract/types';
import { opened } from '../domain/opened';
import { isKey, t } from '../i18n';
import { clock, day, list, weekday } from '../i18n/format';
import { errorText } from '../i18n/problem';
import { accepted } from '../store/accepted';
import type { Device } from '../store/notifications';
import { change, state } from '../store/store';

type Session = Schemas['SessionOut'];
type Change = Schemas['AccessOut'];

/** Changes that are shown at first. */
const FEW = 8;
const RECENT = { params: { query: { mine: true, limit: 20 } } };

const labelOf = (of: { label: string | null } | undefined): string => of?.label ?? t('device.other');
const when = (at: string): string => `${weekday(at)}, ${clock(at)}`;

export function AccountAccess() {
  const [sessions, refetchSessions] = useQuery(() => api.GET('/v1/sessions', whole));
  const [devices, refetchDevices] = useQuery(() => api.GET('/v1/devices', whole));
  const [log, refetchLog] = useQuery(() => api.GET('/v1/me/access-log', { params: { query: { limit: 100 } } }));
  const refetch = () => Promise.all([refetchSessions(), refetchDevices(), refetchLog()]);
  return (
    <SubPage of="settings" head={t('settings.devices')} says={t('access.say')}>
      {sessions && <Sessions of={sessions.items} onChange={refetch} />}
      {!!devices?.items.length && <PushDevices of={devices.items} onChange={refetch} />}
      {log && <Changes of={log.items} sessions={sessions?.items ?? []} />}
      <Opened />
      <Blocked onChange={refetch} />
    </SubPage>
  );
}

function Sessions({ of, onChange }: { of: Session[]; onChange: () => unknown }) {
  const others = of.filter((session) => !session.current);
  const signOut = async (which: string) => {
    await accepted(api.DELETE('/v1/sessions/{which}', { params: { path: { which } } }));
    await onChange();
  };
  return (
    <Group
      head={t('settings.devices-say')}
      after={others.length > 0 && <Button onPress={() => signOut('others')}>{t('devices.others')}</Button>}
    >
      <Item name={t('devices.current')} says={labelOf(of.find((session) => session.current))} />
      {others.map((session) => (
        <Item
          key={session.id}
          name={labelOf(session)}
          says={
            <>
              {t('devices.used', { time: weekday(session.last_used_at) })}
              <br />
              {t('devices.since', { time: day(session.created_at) })}
            </>
          }
        >
          <Button onPress={() => signOut(session.id)}>{t('settings.sign-out')}</Button>
        </Item>
      ))}
    </Group>
  );
}

function pushState({ disabled_at, last_receipt_at, refused }: Device): string {
  if (disabled_at) return t('devices.disabled');
  if (refused) return t('devices.refused');
  return last_receipt_at ? t('devices.arrived', { time: day(last_receipt_at) }) : t('devices.never');
}

function PushDevices({ of, onChange }: { of: Device[]; onChange: () => unknown }) {
  return (
    <Group head={t('devices.push')}>
      {of.map((device) => (
        <Item key={device.id} name={device.label ?? t('device.any')} says={pushState(device)}>
          {!device.disabled_at && (
            <Button
              onPress={async () => {
                const at = { params: { path: { device_id: device.id } } };
                if (await accepted(api.DELETE('/v1/devices/{device_id}', at))) await onChange();
              }}
            >
              {t('all.remove')}
            </Button>
          )}
        </Item>
      ))}
    </Group>
  );
}

function Changes({ of, sessions }: { of: Change[]; sessions: Session[] }) {
  const [all, setAll] = useState(false);
  // A newer server may record what this app has no words for.
  const known = of.filter(({ kind }) => isKey(`change.${kind}`));
  const shown = all ? known : known.slice(0, FEW);
  const details = ({ about_id, created_at, current, session_id }: Change): string => {
    const member = [...(state.circle ?? []), ...state.supporting].find(({ id }) => id === about_id);
    const elsewhere = sessions.find(({ id }) => id === session_id)?.label;
    return [member && nameOf(member), when(created_at), current ? t('change.here') : elsewhere]
      .filter(Boolean)
      .join(' · ');
  };
  return (
    <Group
      head={t('change.head')}
      after={shown.length < known.length && <Button onPress={() => setAll(true)}>{t('change.more')}</Button>}
    >
      {shown.map(({ kind, ...one }) => (
        <Item key={one.id} name={t(`change.${kind}`)} says={details({ kind, ...one })} />
      ))}
    </Group>
  );
}

/** Only what they have told me themselves: who has seen that I reached out, and whose "I see you" came to a check-in. */
function Opened() {
  const [reachOuts] = useQuery(() => api.GET('/v1/reach-outs', RECENT));
  const [checkIns] = useQuery(() => api.GET('/v1/check-ins', RECENT));
  if (!reachOuts || !checkIns) return null;
  const items = opened(reachOuts.items, checkIns.items);
  return (
    <Group head={t('opened.head')}>
      {items.map(({ id, kind, by, created_at }) => (
        <Item
          key={id}
          name={list(by.map((person) => nameOf(person)))}
          says={`${t(`opened.${kind}`)} · ${when(created_at)}`}
        />
      ))}
      {!items.length && <Item name={t('opened.none')} />}
    </Group>
  );
}

/** Asked for by hand: the server lists them only after fresh proof. */
function Blocked({ onChange }: { onChange: () => unknown }) {
  const [blocks, setBlocks] = useState<Schemas['BlockOut'][]>();
  const show = async () => {
    const { data, error } = await api.GET('/v1/blocks', whole);
    if (data) setBlocks(data.items);
    change({ toast: errorText(error) });
    await onChange();
  };
  const unblock = async ({ person }: Schemas['BlockOut']) => {
    const { error } = await api.DELETE('/v1/blocks/{person_id}', { params: { path: { person_id: person.id } } });
    if (error) return change({ toast: errorText(error) });
    change({ toast: t('blocked.undone', { name: nameOf(person) }) });
    setBlocks((before) => before?.filter((block) => block.person.id !== person.id));
    await onChange();
  };
  return (
    <Group head={t('blocked.head')} after={!blocks && <Button onPress={show}>{t('blocked.show')}</Button>}>
      {blocks?.map((block) => (
        <Item key={block.person.id} name={nameOf(block.person)} says={when(block.created_at)}>
          <Button onPress={() => unblock(block)}>{t('blocked.undo')}</Button>
        </Item>
      ))}
      {blocks?.length === 0 && <Item name={t('blocked.none')} />}
    </Group>
  );
}
