// Something I mean to do: picked from a short list or in my own words, its days and time, and who may know of it.

import { useRef, useState } from 'preact/hooks';
import { api, once } from '../api/client';
import { Button, Headline, RadioGroup } from '../components/basics';
import { Days } from '../components/checks';
import type { Commitment } from '../components/commitments';
import { Field } from '../components/field';
import type { ReadField } from '../components/form';
import { Form } from '../components/form';
import { nameOf } from '../components/people';
import { Back } from '../components/sub-page';
import { useDraft } from '../components/use-draft';
import { activeMembers } from '../domain/circle';
import { DAYS } from '../domain/hours';
import { sponsorFirst } from '../domain/sponsor-first';
import { withApp } from '../domain/with-app';
import type { Key } from '../i18n';
import { t } from '../i18n';
import { errorText } from '../i18n/problem';
import { newKey } from '../platform/random-key';
import { fromHere, replaceRoute, to } from '../store/router';
import { change, state } from '../store/store';
import { Remove } from './own-commitment';

/** What was picked, or `own` in one's own words; nothing yet where `text` is null. */
interface Fields {
  text: string | null;
  own: string;
  days: number[];
  at: string;
}

interface Pick {
  text: string;
  days: number[];
  at: string;
}

const WORKDAYS = DAYS.slice(0, 5);
/** What can be picked, with the days and the time that it begins with. */
const PICKS: [Key, number[], string][] = [
  ['commitment-pick.phone', DAYS, '22:00'],
  ['commitment-pick.group', [1], '18:00'],
  ['commitment-pick.walk', WORKDAYS, '17:30'],
  ['commitment-pick.company', [6], '12:30'],
  ['commitment-pick.warm', DAYS, '12:00'],
  ['commitment-pick.read', DAYS, '21:30'],
  ['commitment-pick.lines', DAYS, '21:00'],
];
const OWN = '';

function picks(): Pick[] {
  const [first] = sponsorFirst(activeMembers(state.circle));
  const call = first ? [{ text: t('commitment-pick.call', { name: nameOf(first) }), days: [1, 4], at: '18:00' }] : [];
  return [...call, ...PICKS.map(([key, days, at]) => ({ text: t(key), days, at }))];
}

/** A new one, or a change of one that runs. */
export function CommitmentForm({ of }: { of?: Commitment }) {
  const all = picks();
  const listed = all.some((item) => item.text === of?.text);
  const [draft, keep] = useDraft(of ? undefined : 'commitment');
  const fields: Fields = {
    text: of && !listed ? OWN : (of?.text ?? null),
    own: listed ? '' : (of?.text ?? ''),
    days: of?.days ?? [],
    at: of?.at ?? '18:00',
    ...(draft && (JSON.parse(draft) as Fields)),
  };
  const { text, own, days, at } = fields;
  const choose = (part: Partial<Fields>) => keep(JSON.stringify({ ...fields, ...part }));
  // Who may know of it is no part of a draft: nobody until a name is tapped.
  const [witness, setWitness] = useState(of?.witness?.membership_id ?? '');
  const sent = useRef({ body: '', key: '' });
  const pick = (picked: string) => {
    const found = all.find((item) => item.text === picked);
    choose({ text: picked, ...(found && !of && { days: found.days, at: found.at }) });
  };
  const save = async (read: ReadField) => {
    if (!days.length) return t('commitment.no-days');
    const body = {
      text: text || own,
      days,
      at: read('at'),
      ...(witness !== (of?.witness?.membership_id ?? '') && { witness: witness || null }),
    };
    const ifHere = fromHere();
    const { error } = of
      ? await api.PATCH('/v1/commitments/{commitment_id}', { params: { path: { commitment_id: of.id } }, body })
      : await api.POST('/v1/commitments', { params: once(keyOf(sent.current, body)), body });
    if (error) return errorText(error);
    keep('');
    ifHere(() => replaceRoute('commitments'));
    change({ toast: t('all.saved') });
    return '';
  };
  return (
    <main class="page">
      <Back href={of ? to('commitments', of.id) : to('commitments')}>{t('commitments.name')}</Back>
      <Headline>{t('commitment.head')}</Headline>
      <Form send={save}>
        <RadioGroup
          legend={t('commitment.what')}
          name="what"
          value={text}
          options={[...all.map((item): [string, string] => [item.text, item.text]), [OWN, t('commitment.own')]]}
          onPick={pick}
        />
        {text === OWN && (
          <Field
            label={t('commitment.own')}
            name="text"
            required
            maxLength={200}
            autocomplete="off"
            value={own}
            onInput={(event: InputEvent) => choose({ own: (event.currentTarget as HTMLInputElement).value })}
          />
        )}
        {text !== null && (
          <>
            <Days look="name" legend={t('commitment.days')} days={days} onPick={(picked) => choose({ days: picked })} />
            <Field
              label={t('commitment.time')}
              name="at"
              type="time"
              required
              value={at}
              onInput={(event: InputEvent) => choose({ at: (event.currentTarget as HTMLInputElement).value })}
            />
            <WitnessField witness={witness} onPick={setWitness} />
            <Button submit kind="main">
              {t(of ? 'all.save' : 'commitment.start')}
            </Button>
            {!of && <p class="soft small mid">{t('commitment.four-weeks')}</p>}
          </>
        )}
      </Form>
      {of && <Remove of={of} />}
    </main>
  );
}

/** The same body is sent under the same key, so that a retry makes no second one. */
function keyOf(sent: { body: string; key: string }, body: unknown): string {
  const now = JSON.stringify(body);
  if (sent.body !== now) Object.assign(sent, { body: now, key: newKey() });
  return sent.key;
}

/** Nobody until a name is tapped. */
function WitnessField({ witness, onPick }: { witness: string; onPick: (id: string) => void }) {
  const circle = withApp(state.circle);
  const chosen = circle.find((member) => member.id === witness);
  if (!circle.length) return null;
  return (
    <div class="stack tight">
      <h2 class="name">{t('commitment.who')}</h2>
      <RadioGroup
        legend={t('commitment.who')}
        name="who"
        value={witness}
        options={[
          ['', t('commitment.nobody')],
          ...circle.map((member): [string, string] => [member.id, nameOf(member)]),
        ]}
        onPick={onPick}
      />
      <p class="soft small" aria-live="polite">
        {chosen ? t('commitment.who-say', { name: nameOf(chosen) }) : t('commitment.nobody-say')}
      </p>
    </div>
  );
}
