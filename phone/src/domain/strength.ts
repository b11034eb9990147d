// Estimates how hard a passphrase is to guess, by its length and variety. Only a hint: nothing is refused for it. Pure.

/** 0: nothing yet, 1: too short, 2: easy to guess, 3: good, 4: strong. */
export function strength(passphrase: string): 0 | 1 | 2 | 3 | 4 {
  if (!passphrase) return 0;
  if (passphrase.length < 8) return 1;
  const different = new Set(passphrase.toLowerCase()).size;
  const words = passphrase
    .trim()
    .split(/[\s\-_.,]+/)
    .filter((word) => word.length > 2).length;
  const worth = Math.min(passphrase.length, different * 2.5) + words * 2;
  if (/^(\d+|(.)\2+|pass.*|qwert.*|abcd.*)$/i.test(passphrase) || worth < 17) return 2;
  return worth < 25 ? 3 : 4;
}
