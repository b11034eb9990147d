// Preferences of this phone: theme, language, quick hide. Not secret, so in localStorage.

import { speak } from '../i18n';
import { tags } from '../platform/locale';
import { put } from '../platform/storage';
import { change } from './store';

export interface Preferences {
  theme: 'auto' | 'night' | 'day';
  language: string;
  quick_hide: boolean;
  /** When "I am fine" was last tapped on the offer of quiet hours. */
  load_closed_at: number;
  /** Somebody who only helps does not want to be asked about a circle of their own again. */
  no_own_circle: boolean;
}
const SLOT = 'look';

export function preferences(): Preferences {
  const standard: Preferences = {
    theme: 'auto',
    language: tags()[0] ?? 'en',
    quick_hide: true,
    load_closed_at: 0,
    no_own_circle: false,
  };
  try {
    const next = { ...standard, ...(JSON.parse(localStorage.getItem(SLOT) ?? '{}') as Partial<Preferences>) };
    return { ...next, language: String(next.language) };
  } catch {
    return standard;
  }
}

export async function setPreferences(part: Partial<Preferences> = {}): Promise<void> {
  const next = { ...preferences(), ...part };
  try {
    localStorage.setItem(SLOT, JSON.stringify(next));
  } catch {
    // Where nothing can be stored, the choice lasts until the page is closed.
  }
  const root = document.documentElement;
  if (next.theme === 'auto') delete root.dataset.theme;
  else root.dataset.theme = next.theme;
  await speak(next.language);
  const ground = getComputedStyle(root).getPropertyValue('--bg');
  document.querySelector('meta[name="theme-color"]')?.setAttribute('content', ground);
  // The service worker words the buttons of a notification.
  await put('language', root.lang);
  change({});
}
