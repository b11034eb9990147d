// My past reflections. Nobody else sees them, and nothing is added up.
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
  const [reflections, setReflections] = useState<Reflection[]>();
  const [next, setNext] = useState<string | null>(null);
  const [message, setMessage] = useState('');
  const loadPage = async (cursor: string | null) => {
    const { data, error } = await api.GET('/v1/reflections', {
      params: { query: { limit: 50, ...(cursor && { cursor }) } },
    });
    setMessage(errorText(error));
    if (!data) return;
    setReflections([...((cursor && reflections) || []), ...data.items]);
    setNext(data.next);
  };
  useEffect(() => void loadPage(null), []);
  return (
    <SubPage
      of="settings"
      head={t('settings.reflections')}
      says={t(reflections?.length === 0 ? 'reflection.none' : 'reflection.private')}
    >
      <ErrorText>{message}</ErrorText>
      {!!reflections?.length && (
        <ul class="rows">
          {reflections.map((reflection) => (
            <Item key={reflection.reach_out_id} name={day(reflection.pressed_at)} says={gradesInWords(reflection)} />
          ))}
        </ul>
      )}
      {next && (
        <Button kind="quiet" onPress={() => loadPage(next)}>
          {t('inbox.load-older')}
        </Button>
      )}
    </SubPage>
  );
}

/** "Seen: mostly. Safe: yes." Parts that were left out are skipped. */
function gradesInWords(reflection: Reflection): string {
  const sentences = (Object.keys(FELT) as (keyof typeof FELT)[]).flatMap((part) => {
    const grade: Key | undefined = GRADES[reflection[part] ?? -1]?.[1];
    return grade ? [t('reflection.grade', { what: t(FELT[part][0]), grade: t(grade).toLowerCase() })] : [];
  });
  return sentences.length ? sentences.join(' · ') : t('reflection.left-out');
}
