// How it felt, read again: what I kept after reaching out. Nobody else sees it, and nothing is added up.
import { useEffect, useState } from 'preact/hooks';
import { api } from '../api/client';
import { Button, SubPage, Wrong } from '../components/basics';
import { Item } from '../components/rows';
import type { Schemas } from '../contract/types';
import type { Key } from '../i18n';
import { say } from '../i18n';
import { day } from '../i18n/format';
import { wrong } from '../i18n/problem';
import { FELT, GRADES } from './reflection';

type Reflection = Schemas['ReflectionOut'];

export function Reflections() {
  const [kept, setKept] = useState<Reflection[]>();
  const [next, setNext] = useState<string | null>(null);
  const [said, setSaid] = useState('');
  const more = async (cursor: string | null) => {
    const { data, error } = await api.GET('/v1/reflections', {
      params: { query: { limit: 50, ...(cursor && { cursor }) } },
    });
    setSaid(wrong(error));
    if (!data) return;
    setKept([...((cursor && kept) || []), ...data.items]);
    setNext(data.next);
  };
  useEffect(() => void more(null), []);
  return (
    <SubPage of="settings" head={say('set.reflections')} says={say(kept?.length === 0 ? 'felt.none' : 'felt.only')}>
      <Wrong>{said}</Wrong>
      {!!kept?.length && (
        <ul class="rows">
          {kept.map((one) => (
            <Item key={one.reach_out_id} name={day(one.pressed_at)} says={inWords(one)} />
          ))}
        </ul>
      )}
      {next && (
        <Button kind="quiet" onPress={() => more(next)}>
          {say('inbox.older')}
        </Button>
      )}
    </SubPage>
  );
}

/** "Seen: mostly. Safe: yes." What was left out leaves no gap. */
function inWords(one: Reflection): string {
  const said = (Object.keys(FELT) as (keyof typeof FELT)[]).flatMap((what) => {
    const grade: Key | undefined = GRADES[one[what] ?? -1]?.[1];
    return grade ? [say('felt.one', { what: say(FELT[what][0]), grade: say(grade).toLowerCase() })] : [];
  });
  return said.length ? said.join(' · ') : say('felt.nothing');
}
