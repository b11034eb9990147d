// My past reflections. Nobody else sees them, and nothing is added up.
import { useEffect, useState } from 'preact/hooks';
import { api } from '../api/client';
import { Button, ErrorText } from '../components/basics';
import { gradeWord } from '../components/check-in-parts';
import { Item } from '../components/rows';
import { SubPage } from '../components/sub-page';
import type { Schemas } from '../contract/types';
import { t } from '../i18n';
import { day } from '../i18n/format';
import { errorText } from '../i18n/problem';
import { FELT, feltName } from './reflection';

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
  const sentences = FELT.flatMap((felt) => {
    const grade = reflection[felt];
    return typeof grade === 'number'
      ? [t('reflection.grade', { what: feltName(felt), grade: gradeWord(grade).toLowerCase() })]
      : [];
  });
  return sentences.length ? sentences.join(' · ') : t('reflection.left-out');
}
