// An optional reflection afterwards: seen, safe, soothed. For the person's eyes only; every part can be left out.
import { useState } from 'preact/hooks';
import { api } from '../api/client';
import { Button, ErrorText, Headline, RadioGroup } from '../components/basics';
import { Lamp } from '../components/lamp';
import { OneTap } from '../components/one-tap';
import { nameOf } from '../components/people';
import { useQuery } from '../components/use-query';
import { t } from '../i18n';
import { errorText } from '../i18n/problem';
import { replaceRoute } from '../store/router';
import { takesWords } from '../store/threads';

export const FELT = {
  seen: ['reflection-name.seen', 'reflection-say.seen'],
  safe: ['reflection-name.safe', 'reflection-say.safe'],
  soothed: ['reflection-name.soothed', 'reflection-say.soothed'],
} as const;
type Felt = keyof typeof FELT;
export const GRADES = [
  ['dim', 'grade.no'],
  ['low', 'grade.little'],
  ['lit', 'grade.mostly'],
  ['bright', 'grade.yes'],
] as const;

/** One tap thanks whoever was there. The thanks stand in the thread of the two, beside the reach-out. */
function Thanks({ id }: { id: string }) {
  const [of] = useQuery(
    () => api.GET('/v1/reach-outs/{reach_out_id}', { params: { path: { reach_out_id: id } } }),
    [id],
  );
  const there =
    of?.recipients.filter(({ answer, person }) => answer && answer !== 'cannot' && takesWords(person.id)) ?? [];
  if (!there.length) return null;
  return (
    <section class="stack tight">
      <h2 class="head">{t('thanks.head')}</h2>
      {there.map(({ person }) => (
        <OneTap
          key={person.id}
          to={{ id: person.id, name: nameOf(person) }}
          words={t('thanks.text')}
          label={t('thanks.to', { name: nameOf(person) })}
          sent={t('thanks.sent', { name: nameOf(person) })}
          about={id}
        />
      ))}
    </section>
  );
}

export function Reflection({ id }: { id: string }) {
  const [felt, setFelt] = useState<Partial<Record<Felt, number>>>({});
  const [message, setMessage] = useState('');
  const keep = async () => {
    const { error } = await api.POST('/v1/reach-outs/{reach_out_id}/reflection', {
      params: { path: { reach_out_id: id } },
      body: felt,
    });
    if (error) setMessage(errorText(error));
    else replaceRoute();
  };
  return (
    <main class="page">
      <Headline>{t('reflection.head')}</Headline>
      <Thanks id={id} />
      <p class="soft">{t('reflection.say')}</p>
      {(Object.keys(FELT) as Felt[]).map((feeling) => (
        <section class="stack" key={feeling}>
          <div>
            <h2 class="say-2">{t(FELT[feeling][0])}</h2>
            <p class="soft">{t(FELT[feeling][1])}</p>
          </div>
          <RadioGroup
            kind="four"
            legend={t(FELT[feeling][0])}
            name={feeling}
            options={GRADES.map(([lamp, word], grade) => [
              grade,
              <>
                <Lamp state={lamp} />
                {t(word)}
              </>,
            ])}
            value={felt[feeling]}
            onPick={(grade) => setFelt({ ...felt, [feeling]: grade })}
          />
        </section>
      ))}
      <section class="stack">
        <ErrorText>{message}</ErrorText>
        <Button kind="main" onPress={keep}>
          {t('reflection.keep')}
        </Button>
        <Button kind="quiet" onPress={() => replaceRoute()}>
          {t('reflection.skip')}
        </Button>
      </section>
    </main>
  );
}
