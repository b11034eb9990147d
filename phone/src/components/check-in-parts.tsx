// What a check-in says, as far as whoever looks may see it; and the words for its parts.
import type { Content, HALTS, Part, WeekItem } from '../domain/check-in';
import { FEELING_LAMPS, givenParts } from '../domain/check-in';
import type { Key } from '../i18n';
import { language, t } from '../i18n';
import { list } from '../i18n/format';
import { state } from '../store/store';
import { Lamp } from './lamp';

const FEELINGS: readonly Key[] = ['feeling.0', 'feeling.1', 'feeling.2', 'feeling.3', 'feeling.4'];
const WINDS: readonly Key[] = ['wind.0', 'wind.1', 'wind.2', 'wind.3'];
const GRADES: readonly Key[] = ['grade.no', 'grade.little', 'grade.mostly', 'grade.yes'];
/** Where an item has words of its own at its ends. */
const ENDS: Partial<Record<WeekItem, readonly Key[]>> = {
  sleep: ['grade.badly', 'grade.little', 'grade.mostly', 'grade.well'],
  sure: ['grade.not-yet', 'grade.little', 'grade.mostly', 'grade.sure'],
  urges: WINDS,
  feelings: WINDS,
};

const say = (key: Key | undefined): string => (key ? t(key) : '');
export const feelingWord = (feeling: number): string => say(FEELINGS[feeling]);
export const feelingLamp = (feeling: number): string => FEELING_LAMPS[feeling] ?? 'lit';
export const haltWord = (halt: (typeof HALTS)[number]): string => t(`halt.${halt}`);
export const itemName = (item: WeekItem): string => t(`week-item.${item}`);
export const gradeWord = (item: WeekItem, grade: number): string => say((ENDS[item] ?? GRADES)[grade]);
/** That it waits on the phone: without a network, or with a slow one. */
export const waitsInWords = (): string => t(state.online ? 'check-in.sending' : 'check-in.waits');
/** A word may begin with a small letter; a sentence and a heading do not. */
export const capitalized = (words: string): string => words.charAt(0).toLocaleUpperCase(language()) + words.slice(1);

/** The parts that were given, each with the label under which it is shared. */
export const labelledParts = (content: Content): (readonly [Part, string])[] =>
  givenParts(content).map((part) => {
    if (part === 'feeling') return [part, t('sharing.feeling')];
    if (part === 'halt') return [part, capitalized(list((content.halt ?? []).map(haltWord)))];
    if (part === 'note') return [part, t('sharing.note')];
    return [part, itemName(part.slice(5) as WeekItem)];
  });

export function CheckInParts({ of }: { of: Content }) {
  const feeling = of.feeling ?? null;
  const also = list((of.halt ?? []).map(haltWord));
  const items = givenParts({ week: of.week ?? null }).map((part) => part.slice(5) as WeekItem);
  return (
    <>
      {feeling !== null && (
        <div class="line">
          <Lamp state={feelingLamp(feeling)} />
          <p class="say-2">{feelingWord(feeling)}</p>
        </div>
      )}
      {also && <p>{feeling === null ? capitalized(also) : t('shared.also', { words: also })}</p>}
      {of.note && <blockquote class="words">{of.note}</blockquote>}
      {items.length > 0 && (
        <ul class="steps">
          {items.map((item) => (
            <li key={item}>
              <span>{itemName(item)}</span>
              <b>{gradeWord(item, of.week?.[item] ?? 0)}</b>
            </li>
          ))}
        </ul>
      )}
    </>
  );
}
