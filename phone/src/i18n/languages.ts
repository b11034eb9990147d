// The languages that the app speaks, and what a catalogue is: English has every key, and each other language says the same.
import type { en } from './en';

/** Each language by its own name, in the order of Settings. */
export const LANGUAGES = { en: 'English', es: 'Español', de: 'Deutsch' } as const;

export type Language = keyof typeof LANGUAGES;
export type Key = keyof typeof en;
export type Catalogue = Record<Key, string>;

export const isLanguage = (tag: string): tag is Language => Object.hasOwn(LANGUAGES, tag);

/** Return the language of a tag (`de-AT`, `de`), or English where the app does not speak it. */
export function nearest(tag: string): Language {
  const [base = ''] = tag.toLowerCase().split(/[-_]/);
  return isLanguage(base) ? base : 'en';
}
