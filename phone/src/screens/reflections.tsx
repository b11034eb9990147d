// How it felt, read again: what I kept after reaching out. Nobody else sees it, and nothing is added up.
import { useEffect, useState } from 'preact/hooks';
import { api } from '../api/client';
import { Button, ErrorText, SubPage } from '../components/basics';
import { Item } from '../components/rows';
import type { Schemas } from '../contract/types';
import type { Key } from '../i18n';
import { t } from '../i18n';
import { day } from '../i18n/format';
import { errorText } from '../i18n/problem';
import { FELT, GRADES } from './reflection';

type Reflection = Schemas['ReflectionOut'];

export function Reflections() {
  const [kept, setKept] = useState<Reflection[]>();
  const [next, setNext] = useState<string | null>(null);
  const [message, setMessage] = useState('');
  const more = async (cursor: string | null) => {
    const { data, error } = await api.GET('/v1/reflections', {
      params: { query: { limit: 50, ...(cursor && { cursor }) } },
    });
    setMessage(errorText(error));
    if (!data) return;
    setKept([...((cursor && kept) || []), ...data.items]);
    setNext(data.next);
  };
  useEffect(() => void more(null), []);
  return (
    <SubPage
      of="settings"
      head={t('settings.reflections')}
      says={t(kept?.length === 0 ? 'reflection.none' : 'reflection.private')}
    >
      <ErrorText>{message}</ErrorText>
      {!!kept?.length && (
        <ul class="rows">
          {kept.map((reflection) => (
            <Item key={reflection.reach_out_id} name={day(reflection.pressed_at)} says={inWords(reflection)} />
          ))}
        </ul>
      )}
      {next && (
        <Button kind="quiet" onPress={() => more(next)}>
          {t('inbox.load-older')}
        </Button>
      )}
    </SubPage>
  );
}

/** "Seen: mostly. Safe: yes." What was left out leaves no gap. */
function inWords(reflection: Reflection): string {
  const sentences = (Object.keys(FELT) as (keyof typeof FELT)[]).flatMap((what) => {
    const grade: Key | undefined = GRADES[reflection[what] ?? -1]?.[1];
    return grade ? [t('reflection.grade', { what: t(FELT[what][0]), grade: t(grade).toLowerCase() })] : [];
  });
  return sentences.length ? sentences.join(' · ') : t('reflection.left-out');
}
