// How the app looks and speaks on this phone: theme, language, quick hide. Not secret, so in localStorage.

import { speak } from '../i18n';
import { tags } from '../platform/locale';
import { put } from '../platform/storage';
import { change } from './store';

export interface Look {
  theme: 'auto' | 'night' | 'day';
  language: string;
  quick_hide: boolean;
}
const SLOT = 'look';

export function looks(): Look {
  const standard: Look = { theme: 'auto', language: tags()[0] ?? 'en', quick_hide: true };
  try {
    const look = { ...standard, ...(JSON.parse(localStorage.getItem(SLOT) ?? '{}') as Partial<Look>) };
    return { ...look, language: String(look.language) };
  } catch {
    return standard;
  }
}

export async function setLook(part: Partial<Look> = {}): Promise<void> {
  const look = { ...looks(), ...part };
  try {
    localStorage.setItem(SLOT, JSON.stringify(look));
  } catch {
    // A browser that keeps nothing still shows what was chosen until it is closed.
  }
  const root = document.documentElement;
  if (look.theme === 'auto') delete root.dataset.theme;
  else root.dataset.theme = look.theme;
  await speak(look.language);
  const ground = getComputedStyle(root).getPropertyValue('--bg');
  document.querySelector('meta[name="theme-color"]')?.setAttribute('content', ground);
  // The service worker words the buttons of a notification.
  await put('language', root.lang);
  change({});
}
