// Every catalogue, for the build and the tests. The app loads only the one it speaks (build/catalogues.ts).
import { de } from './de';
import { outside as outsideDe } from './de/outside';
import { en } from './en';
import { outside as outsideEn } from './en/outside';
import { es } from './es';
import { outside as outsideEs } from './es/outside';
import type { Catalogue, Language } from './languages';
import type { Outside } from './outside';

export const CATALOGUES: Record<Language, Catalogue> = { en, es, de };

/** What is said outside of the app, English first. */
export const OUTSIDE: Record<Language, Outside> = { en: outsideEn, es: outsideEs, de: outsideDe };
