// Everything that the app says, by key. The order of a sentence belongs to the catalogue: "{name} is calling you now."
import type { ComponentChild } from 'preact';
import { reported } from '../platform/locale';
import type { Catalogue, Key } from './catalogue';
import type { Language } from './languages';
import { LANGUAGES, nearest } from './languages';

export type { Catalogue, Key };

type Values = Record<string, string | number>;

let spoken = {} as Catalogue;
let one = (n: number): boolean => n === 1;

export const language = (): Language => document.documentElement.lang as Language;

/** Speaks this language from now on; nothing can be said before the first time. The caller draws again. */
export async function speak(wanted: string): Promise<void> {
  const tag = nearest(wanted);
  spoken = await LANGUAGES[tag].load();
  const plural = reported<Pick<Intl.PluralRules, 'select'> | null>(() => new Intl.PluralRules(tag), null);
  one = (n) => (plural ? plural.select(n) === 'one' : n === 1);
  document.documentElement.lang = tag;
  document.documentElement.dir = 'ltr';
}

/** The sentence, its forms for one and for more parted by `|` and chosen by `n`, with what goes into its places. */
export function tRich(key: Key, values: Record<string, ComponentChild> = {}): ComponentChild[] {
  const [single = '', more = single] = (spoken[key] ?? '').split('|');
  const form = typeof values.n === 'number' && !one(values.n) ? more : single;
  return form.split(/\{(\w+)\}/).map((part, index) => (index % 2 ? values[part] : part));
}

/** A time may end in a full stop of its own: "8:05 p. m." */
export const t = (key: Key, values?: Values): string => tRich(key, values).join('').replace('..', '.');

/** Whether there is such a sentence; for words that a newer server may bring. */
export const isKey = (key: string): key is Key => spoken[key as Key] !== undefined;
