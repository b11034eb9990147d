// What a catalogue is: English has every key, and each other language says the same.
import type { en } from './en';

export type Key = keyof typeof en;
export type Catalogue = Record<Key, string>;
