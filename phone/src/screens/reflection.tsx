// Looking back, if wanted: seen, safe, soothed. For the person's eyes only, and every part of it can be left out.
import { useState } from 'preact/hooks';
import { api } from '../api/client';
import { Button, Pick, Says, Wrong } from '../components/basics';
import { Lamp } from '../components/lamp';
import { say } from '../i18n';
import { wrong } from '../i18n/problem';
import { instead } from '../store/router';

export const FELT = {
  seen: ['felt-name.seen', 'felt-say.seen'],
  safe: ['felt-name.safe', 'felt-say.safe'],
  soothed: ['felt-name.soothed', 'felt-say.soothed'],
} as const;
type Felt = keyof typeof FELT;
export const GRADES = [
  ['dim', 'grade.no'],
  ['low', 'grade.little'],
  ['lit', 'grade.mostly'],
  ['bright', 'grade.yes'],
] as const;

export function Reflection({ id }: { id: string }) {
  const [felt, setFelt] = useState<Partial<Record<Felt, number>>>({});
  const [said, setSaid] = useState('');
  const keep = async () => {
    const { error } = await api.POST('/v1/reach-outs/{reach_out_id}/reflection', {
      params: { path: { reach_out_id: id } },
      body: felt,
    });
    if (error) setSaid(wrong(error));
    else instead();
  };
  return (
    <main class="page">
      <div class="stack tight">
        <Says>{say('felt.head')}</Says>
        <p class="soft">{say('felt.say')}</p>
      </div>
      {(Object.keys(FELT) as Felt[]).map((one) => (
        <section class="stack" key={one}>
          <div>
            <h2 class="say-2">{say(FELT[one][0])}</h2>
            <p class="soft">{say(FELT[one][1])}</p>
          </div>
          <Pick
            kind="four"
            legend={say(FELT[one][0])}
            name={one}
            options={GRADES.map(([lamp, word], grade) => [
              String(grade),
              <>
                <Lamp state={lamp} />
                {say(word)}
              </>,
            ])}
            value={felt[one] === undefined ? null : String(felt[one])}
            onPick={(grade) => setFelt({ ...felt, [one]: Number(grade) })}
          />
        </section>
      ))}
      <section class="stack">
        <Wrong>{said}</Wrong>
        <Button kind="main" onPress={keep}>
          {say('felt.keep')}
        </Button>
        <Button kind="quiet" onPress={() => instead()}>
          {say('felt.skip')}
        </Button>
      </section>
    </main>
  );
}
