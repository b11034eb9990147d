// Everything that the app says, by key. The order of a sentence belongs to the catalogue: "{name} is calling you now."

import urls from 'virtual:catalogues';
import type { ComponentChild } from 'preact';
import { tryRead } from '../platform/locale';
import type { Catalogue, Key, Language } from './languages';
import { nearest } from './languages';

export type { Key };

type Values = Record<string, string | number>;

let catalogue = {} as Catalogue;
let isSingular = (n: number): boolean => n === 1;

export const language = (): Language => document.documentElement.lang as Language;

/** Load the catalogue of this language and use it from now on. The caller redraws. */
export async function speak(wanted: string): Promise<void> {
  const spoken = nearest(wanted);
  const response = await fetch(urls[spoken]);
  // A build gives most keys a number (build/short-keys.ts).
  const [numbered, named] = (await response.json()) as [string[], Catalogue];
  catalogue = { ...numbered, ...named };
  const plural = tryRead<Pick<Intl.PluralRules, 'select'> | null>(() => new Intl.PluralRules(spoken), null);
  isSingular = (n) => (plural ? plural.select(n) === 'one' : n === 1);
  document.documentElement.lang = spoken;
  document.documentElement.dir = 'ltr';
}

/**
 * Return the sentence of a key with its placeholders filled in; `n` chooses between the forms for one and for more,
 * separated by `|`.
 */
export function tRich(key: Key, values: Record<string, ComponentChild> = {}): ComponentChild[] {
  const [single = '', more = single] = (catalogue[key] ?? '').split('|');
  const form = typeof values.n === 'number' && !isSingular(values.n) ? more : single;
  return form.split(/\{(\w+)\}/).map((part, index) => (index % 2 ? values[part] : part));
}

/** Return the sentence as text. A time in it may end with a full stop ("8:05 p. m."), which is not doubled. */
export const t = (key: Key, values?: Values): string => tRich(key, values).join('').replace('..', '.');

/** Return whether there is a sentence for this key; a newer server may send words without one. */
export const isKey = (key: string): key is Key => catalogue[key as Key] !== undefined;
