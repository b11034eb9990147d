// Small values in localStorage or sessionStorage; in memory, until the page is closed, if the browser refuses.
import { whenForgotten } from './forget';

/** Written and removed when a session ends here, for the other tabs: how it ended. */
export const ENDED_SLOT = 'ended';

/** What stays when a session ends: how the app looks on this phone, and that it was asked about. Everything else belongs to a person, and goes with them. */
export const STAYING_SLOTS = ['look', 'phone-asked'];

const memory = new Map<string, string>();

function attempt<T>(act: () => T): T | undefined {
  try {
    return act();
  } catch {
    return undefined;
  }
}

export type Where = 'localStorage' | 'sessionStorage';

export const readSlot = (name: string, where: Where = 'localStorage'): string | null =>
  memory.get(name) ?? attempt(() => self[where].getItem(name)) ?? null;

export function writeSlot(name: string, value: string | null, where: Where = 'localStorage'): void {
  memory.delete(name);
  if (value === null) attempt(() => self[where].removeItem(name));
  else if (
    attempt(() => self[where].setItem(name, value)) === undefined &&
    attempt(() => self[where].getItem(name)) !== value
  )
    memory.set(name, value);
}

const goes = (name: string): boolean => !STAYING_SLOTS.includes(name);

// What a tab holds came with a link, and waits for whoever signs in for it.
whenForgotten((end) => {
  if (end === 'locked') return;
  for (const where of ['localStorage', 'sessionStorage'] as const)
    if (where === 'localStorage' || end === 'signed-out')
      for (const name of (attempt(() => Object.keys(self[where])) ?? []).filter(goes)) writeSlot(name, null, where);
  for (const name of [...memory.keys()].filter(goes)) memory.delete(name);
});
