// A helper's own words beside the button: what they do when I press.
import { wordsOfDay } from '../domain/standing-words';
import { t } from '../i18n';
import { state } from '../store/store';
import { nameOf } from './people';

export function StandingWords() {
  const member = wordsOfDay(state.circle ?? [], state.now);
  return (
    member && (
      <p class="words mid">
        <b class="who">{nameOf(member)}:</b> {standingWords(member.standing_words)}
      </p>
    )
  );
}

export const standingWords = (words: string | null | undefined): string =>
  words ? t('standing.words', { words }) : '';
