// Small values in localStorage or sessionStorage. Where a browser refuses them, they last until the page is closed.

const inMemory = new Map<string, string>();

function tried<T>(act: () => T): T | undefined {
  try {
    return act();
  } catch {
    return undefined;
  }
}

export type Where = 'localStorage' | 'sessionStorage';

export const kept = (name: string, where: Where = 'localStorage'): string | null =>
  inMemory.get(name) ?? tried(() => self[where].getItem(name)) ?? null;

export function keep(name: string, value: string | null, where: Where = 'localStorage'): void {
  inMemory.delete(name);
  if (value === null) tried(() => self[where].removeItem(name));
  else if (
    tried(() => self[where].setItem(name, value)) === undefined &&
    tried(() => self[where].getItem(name)) !== value
  )
    inMemory.set(name, value);
}
