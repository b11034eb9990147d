// A helper's own words beside the button: what they do when I press.
import { withoutLead, wordsOfDay } from '../domain/standing-words';
import { t } from '../i18n';
import { to } from '../store/router';
import { state } from '../store/store';
import { nameOf } from './people';

export function StandingWords() {
  const member = wordsOfDay(state.circle ?? [], state.now);
  return (
    member && (
      <p class="words mid">
        <a class="who" href={to('people', member.person.id)}>
          {nameOf(member)}:
        </a>{' '}
        {standingWords(member.standing_words)}
      </p>
    )
  );
}

export const standingWords = (words: string | null | undefined): string =>
  // "I'll" is one word.
  words ? t('standing.words', { words: withoutLead(words, t('standing.lead')) }).replace(/ (?=['’]\p{L})/u, '') : '';
