// Small values in localStorage or sessionStorage; in memory, until the page is closed, if the browser refuses.

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
