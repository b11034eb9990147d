// The languages that the app speaks: a row and a folder for each. The rows are the choices in Settings, in this order.
import type { Catalogue } from './catalogue';

interface Row {
  /** As its speakers call it. */
  name: string;
  load: () => Promise<Catalogue>;
}

export const LANGUAGES = {
  en: { name: 'English', load: async () => (await import('./en')).en },
  es: { name: 'Español', load: async () => (await import('./es')).es },
  de: { name: 'Deutsch', load: async () => (await import('./de')).de },
} satisfies Record<string, Row>;
export type Language = keyof typeof LANGUAGES;

export const isLanguage = (tag: string): tag is Language => Object.hasOwn(LANGUAGES, tag);

/** The language of a tag (`de-AT`, `de`), or English where the app does not speak it. */
export function nearest(tag: string): Language {
  const [spoken = ''] = tag.toLowerCase().split(/[-_]/);
  return isLanguage(spoken) ? spoken : 'en';
}
