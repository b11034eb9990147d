// How I am today: everything optional, only for me until a name is tapped, kept on the phone without a network.
import { useEffect, useState } from 'preact/hooks';
import { api, whole } from '../api/client';
import { Button, ErrorText, Headline, RadioGroup } from '../components/basics';
import {
  CheckInParts,
  capitalized,
  feelingLamp,
  feelingWord,
  haltWord,
  labelledParts,
  waitsInWords,
} from '../components/check-in-parts';
import { Checks } from '../components/checks';
import { Lamp } from '../components/lamp';
import { names } from '../components/people';
import { LinkItem } from '../components/rows';
import { Sharing } from '../components/sharing';
import { Back } from '../components/sub-page';
import { Begun, useDraft } from '../components/use-draft';
import { useQuery } from '../components/use-query';
import type { Schemas } from '../contract/types';
import type { CheckIn, Content, Shares } from '../domain/check-in';
import {
  FEELING_LAMPS,
  givenParts,
  givenShares,
  HALTS,
  isSharedInPart,
  offersCircle,
  waitingCheckIn,
} from '../domain/check-in';
import { toggled } from '../domain/toggled';
import { t } from '../i18n';
import { day } from '../i18n/format';
import { errorText } from '../i18n/problem';
import type { Letter } from '../outbox/letters';
import { readSlot, writeSlot } from '../platform/slots';
import { loadLetters, sendOrKeep } from '../store/letters';
import { fromHere, go, replaceRoute, to } from '../store/router';
import { change, state } from '../store/store';
import { keepDraft } from '../store/threads';
import { myZone, today } from '../store/today';

/** The day on which "Not now" was said: it is final for that day. */
const NOT_NOW = 'offer-declined';
const thisDay = () => `${state.me?.id} ${today()}`;
export const declineOffer = (): void => writeSlot(NOT_NOW, thisDay());

/** Who can read it, or a part of it, for a toast or a row. */
export function whoReads(people: Parameters<typeof names>[0], inPart: boolean): string {
  if (!people.length) return t('check-in.private');
  return t(inPart ? 'check-in.shared-part' : 'check-in.shared', { names: names(people), n: people.length });
}

export const whoReadsOf = (of: CheckIn): string =>
  whoReads(
    (of.shared_with ?? []).map((person) => ({ person })),
    isSharedInPart(of, of.shares ?? []),
  );

function keptFor(content: Content, shares: Schemas['Share'][]): string {
  const people = (state.circle ?? []).filter((member) => shares.some((share) => share.membership_id === member.id));
  return t('check-in.kept', { who: whoReads(people, isSharedInPart(content, shares)) });
}

/**
 * Keep a check-in, now or as soon as there is a network; return why it could not be kept. It goes in the place of a letter
 * (`instead`), or of what the server has (`replaces`): what is said anew is all that anybody can read.
 */
export async function keepCheckIn(
  content: Content,
  shares: Shares = {},
  { instead, replaces = [] }: { instead?: Letter | undefined; replaces?: string[] } = {},
): Promise<string> {
  const given = givenShares(content, shares);
  const body = { ...content, shares: given };
  const ifHere = fromHere();
  const { error, waits } = await sendOrKeep('/v1/check-ins', body, { otherwise: content, replaces }, instead);
  if (error) return errorText(error);
  const atHome = !state.route.length;
  const offers = !content.week && offersCircle(content) && readSlot(NOT_NOW) !== thisDay();
  const after = content.week ? ['week', 'look-back'] : [];
  ifHere(() => go(...(offers ? ['check-ins', given.length ? 'offer-shared' : 'offer'] : after)));
  // On Home the card says it: a line above the lantern would move it.
  if (!atHome || state.route.length) change({ toast: waits ? waitsInWords() : keptFor(content, given) });
  return '';
}

/** The form for today's check-in; the one that still waits on the phone is read before it is shown. */
export function NewCheckIn() {
  const [loaded, setLoaded] = useState(state.letters.length > 0);
  useEffect(() => void loadLetters().then(() => setLoaded(true)), []);
  return loaded ? <CheckInForm /> : <main class="page" aria-busy="true" />;
}

/** The form for a new check-in, or with `of` for one that I want to say more in, or to share. */
export function CheckInForm({ of }: { of?: CheckIn }) {
  // The one that waited when the form was opened; it may have left by the time this is kept.
  const [letter] = useState(of ? undefined : waitingCheckIn(state.letters, state.now, myZone()));
  const waiting = letter?.body;
  const before: Content = of ?? waiting ?? {};
  const sharedBefore = Object.fromEntries(
    (of?.shares ?? waiting?.shares ?? []).map(({ membership_id, parts }) => [membership_id, parts ?? []]),
  );
  const [typed, type, found] = useDraft(of?.id ?? 'check-in');
  const [chosen, setContent] = useState<Content>({ feeling: before.feeling ?? null, halt: before.halt ?? [] });
  const content: Content = { ...chosen, note: (typed ?? before.note) || null };
  const [shares, setShares] = useState<Shares>(sharedBefore);
  const [message, setMessage] = useState('');
  const halt = content.halt ?? [];
  const keep = async () => {
    const isSame = of && FIELDS.every((part) => same(of[part], content[part]));
    const problem = isSame
      ? await changeShares(of, shares)
      : await keepCheckIn(content, shares, { instead: letter, replaces: of ? [pathOf(of)] : [] });
    setMessage(problem);
    if (!problem) type('');
  };
  return (
    <main class="page">
      <Back href={to()}>{t('check-in.name')}</Back>
      {of?.week ? (
        <section class="stack">
          <Headline>{t('weekly.name')}</Headline>
          <CheckInParts of={of} />
        </section>
      ) : (
        <>
          <section class="stack">
            <Headline>{t('check-in.head')}</Headline>
            <RadioGroup
              kind="five"
              legend={t('check-in.head')}
              name="feeling"
              value={content.feeling}
              options={FEELING_LAMPS.map((lamp, feeling) => [
                feeling,
                <>
                  <Lamp state={lamp} />
                  {feelingWord(feeling)}
                </>,
              ])}
              onPick={(feeling) => setContent({ ...chosen, feeling })}
            />
          </section>
          <Checks
            look="ask"
            legend={t('check-in.halt')}
            options={HALTS.map((word) => [word, capitalized(haltWord(word))])}
            chosen={halt}
            onToggle={(word) => setContent({ ...chosen, halt: toggled(halt, word) })}
          />
          <div class="stack tight">
            <label for="note">{t('check-in.note')}</label>
            <textarea
              class="field"
              id="note"
              rows={2}
              maxLength={2000}
              value={content.note ?? ''}
              onInput={(event) => type(event.currentTarget.value)}
            />
            {of && found && <Begun />}
          </div>
        </>
      )}
      <Sharing parts={labelledParts({ ...content, week: of?.week ?? null })} shares={shares} onChange={setShares} />
      <section class="stack">
        <ErrorText>{message}</ErrorText>
        <Button kind="main" onPress={keep}>
          {t('check-in.keep')}
        </Button>
        <p class="soft small mid">{t('check-in.promise')}</p>
        {of ? (
          <Button kind="quiet" onPress={() => remove(of)}>
            {t('check-in.remove')}
          </Button>
        ) : (
          <a class="btn quiet" href={to('check-ins')}>
            {t('check-in.earlier')}
          </a>
        )}
      </section>
    </main>
  );
}

const pathOf = ({ id }: CheckIn): string => `/v1/check-ins/${id}`;
const FIELDS = ['feeling', 'halt', 'note'] as const;
const same = (one: unknown, other: unknown): boolean => JSON.stringify(one ?? null) === JSON.stringify(other ?? null);

/** Share with those chosen now, and take it back from everybody else; now or as soon as there is a network. */
async function changeShares(of: CheckIn, shares: Shares): Promise<string> {
  const wanted = givenShares(of, shares);
  const path = `${pathOf(of)}/shares`;
  const taken = (of.shares ?? []).filter(
    ({ membership_id }) => !wanted.some((share) => share.membership_id === membership_id),
  );
  const ifHere = fromHere();
  const outcomes: Awaited<ReturnType<typeof sendOrKeep>>[] = [];
  // One after another, in this order.
  for (const { membership_id } of taken)
    outcomes.push(await sendOrKeep(`${path}/${membership_id}`, undefined, { method: 'DELETE' }));
  for (const share of wanted) outcomes.push(await sendOrKeep(path, share));
  const error = outcomes.find((outcome) => outcome.error)?.error;
  if (error) return errorText(error);
  ifHere(() => go());
  change({ toast: outcomes.some((outcome) => outcome.waits) ? waitsInWords() : keptFor(of, wanted) });
  return '';
}

async function remove(of: CheckIn): Promise<void> {
  const ifHere = fromHere();
  const { error, waits } = await sendOrKeep(pathOf(of), undefined, { method: 'DELETE' });
  if (!error) {
    void keepDraft(of.id, '');
    ifHere(() => replaceRoute('check-ins'));
  }
  if (error) change({ toast: errorText(error) });
  else change({ toast: t(waits ? 'check-in.removed-later' : 'check-in.removed') });
}

/** What I have said before, and who can read it. */
export function CheckInList() {
  const [page] = useQuery(() => api.GET('/v1/check-ins', { params: { query: { mine: true, ...whole.params.query } } }));
  return (
    <main class="page">
      <Back href={to('check-ins', 'new')}>{t('check-in.name')}</Back>
      <Headline small>{t('check-in.earlier')}</Headline>
      <ul class="rows">
        {page?.items
          .filter((checkIn) => givenParts(checkIn).length)
          .map((checkIn) => (
            <LinkItem
              key={checkIn.id}
              href={to('check-ins', checkIn.id)}
              lamp={<Lamp state={feelingLamp(checkIn.feeling ?? 2)} />}
              name={checkIn.week ? t('weekly.name') : feelingWord(checkIn.feeling) || t('check-in.name')}
              more={day(checkIn.created_at)}
              says={whoReadsOf(checkIn)}
            />
          ))}
      </ul>
      {page?.items.length === 0 && <p class="soft">{t('check-in.none')}</p>}
      {!page && !state.online && <p class="soft">{t('all.network-error')}</p>}
    </main>
  );
}
