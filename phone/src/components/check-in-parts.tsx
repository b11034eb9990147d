// What a check-in says, as far as whoever looks may see it; and the words for its parts.
import type { Content, HALTS, Part, WeekItem } from '../domain/check-in';
import { FEELING_LAMPS, givenParts, isWind } from '../domain/check-in';
import type { Key } from '../i18n';
import { language, t } from '../i18n';
import { list } from '../i18n/format';
import { state } from '../store/store';
import { Lamp } from './lamp';

/** The lamp of each grade, from no to yes, and its word. */
export const GRADE_LAMPS = ['dim', 'low', 'lit', 'bright'] as const;
const GRADES = ['no', 'little', 'mostly', 'yes'] as const;
/** Where an item has words of its own at its ends. */
const ENDS: Partial<Record<WeekItem, readonly string[]>> = {
  sleep: ['badly', 'little', 'mostly', 'well'],
  sure: ['not-yet', 'little', 'mostly', 'sure'],
};

/** The word for a feeling; '' where there is none. */
export const feelingWord = (feeling: number | undefined | null): string => t(`feeling.${feeling}` as Key);
export const feelingLamp = (feeling: number): string => FEELING_LAMPS[feeling] ?? 'lit';
export const haltWord = (halt: (typeof HALTS)[number]): string => t(`halt.${halt}`);
export const itemName = (item: WeekItem): string => t(`week-item.${item}`);
/** The word for a grade of an item of the week, or of whatever else was felt. */
export function gradeWord(grade: number, item?: WeekItem): string {
  const word = ((item && ENDS[item]) ?? GRADES)[grade];
  return t((item && isWind(item) ? `wind.${grade}` : `grade.${word}`) as Key);
}
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
              <b>{gradeWord(of.week?.[item] ?? 0, item)}</b>
            </li>
          ))}
        </ul>
      )}
    </>
  );
}
