// Preferences of this phone: theme, language, quick hide. They say nothing of anybody, and stay when a session ends.

import { speak } from '../i18n';
import { tags } from '../platform/locale';
import { readSlot, writeSlot } from '../platform/slots';
import { put } from '../platform/storage';
import { change } from './store';

export interface Preferences {
  theme: 'auto' | 'night' | 'day';
  language: string;
  quick_hide: boolean;
}
const SLOT = 'look';

export function preferences(): Preferences {
  const standard: Preferences = {
    theme: 'auto',
    language: tags()[0] ?? 'en',
    quick_hide: true,
  };
  try {
    const next = { ...standard, ...(JSON.parse(readSlot(SLOT) ?? '{}') as Partial<Preferences>) };
    return { ...next, language: String(next.language) };
  } catch {
    return standard;
  }
}

export async function setPreferences(part: Partial<Preferences> = {}): Promise<void> {
  const next = { ...preferences(), ...part };
  writeSlot(SLOT, JSON.stringify(next));
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
