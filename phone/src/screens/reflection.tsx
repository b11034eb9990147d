// An optional reflection afterwards: seen, safe, soothed. For the person's eyes only; every part can be left out.
import { useState } from 'preact/hooks';
import { api } from '../api/client';
import { Button, ErrorText, Headline, RadioGroup } from '../components/basics';
import { GRADE_LAMPS, gradeWord } from '../components/check-in-parts';
import { Lamp } from '../components/lamp';
import { OneTap } from '../components/one-tap';
import { nameOf } from '../components/people';
import { useQuery } from '../components/use-query';
import { t } from '../i18n';
import { errorText } from '../i18n/problem';
import { fromHere, replaceRoute } from '../store/router';
import { takesWords } from '../store/threads';

/** What is asked, each with a name and a sentence. */
export const FELT = ['seen', 'safe', 'soothed'] as const;
export type Felt = (typeof FELT)[number];
export const feltName = (felt: Felt): string => t(`reflection-name.${felt}`);

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
    <section class="stack">
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
    const ifHere = fromHere();
    const { error } = await api.POST('/v1/reach-outs/{reach_out_id}/reflection', {
      params: { path: { reach_out_id: id } },
      body: felt,
    });
    if (error) setMessage(errorText(error));
    else ifHere(() => replaceRoute());
  };
  return (
    <main class="page">
      <Headline>{t('reflection.head')}</Headline>
      <Thanks id={id} />
      <p class="soft">{t('reflection.say')}</p>
      {FELT.map((feeling) => (
        <section class="stack" key={feeling}>
          <div>
            <h2 class="say-2">{feltName(feeling)}</h2>
            <p class="soft">{t(`reflection-say.${feeling}`)}</p>
          </div>
          <RadioGroup
            kind="four"
            legend={feltName(feeling)}
            name={feeling}
            value={felt[feeling]}
            options={GRADE_LAMPS.map((lamp, grade) => [
              grade,
              <>
                <Lamp state={lamp} />
                {gradeWord(grade)}
              </>,
            ])}
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
