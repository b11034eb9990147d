// Estimates how hard a passphrase is to guess, by its length and variety. The server decides, with word lists. Pure.

/** 0: nothing yet, 1: too short, 2: easy to guess, 3: good, 4: strong. */
export function strength(typed: string, names: readonly (string | null | undefined)[] = []): 0 | 1 | 2 | 3 | 4 {
  if (!typed) return 0;
  if (typed.length < 8) return 1;
  // Their own names are what others try first.
  const known = names.flatMap((name) => name?.toLowerCase().split(/[\s\-_.]+/) ?? []);
  const passphrase = known.reduce(
    (text, word) => (word.length > 2 ? text.replaceAll(word, '') : text),
    typed.toLowerCase().trim(),
  );
  const different = new Set(passphrase).size;
  const words = passphrase.split(/[\s\-_.,]+/).filter((word) => word.length > 2).length;
  const worth = Math.min(passphrase.length, different * 2.5) + words * 2;
  if (/^(\d+|(.)\2+|pass.*|qwert.*|abcd.*)$/i.test(passphrase) || worth < 17) return 2;
  return worth < 25 ? 3 : 4;
}
