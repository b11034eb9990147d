// Choices of which any number can be taken. Pure.

/** The list without this item, where it stands in it, else with it at the end. */
export const toggled = <T>(list: readonly T[], item: T): T[] =>
  list.includes(item) ? list.filter((other) => other !== item) : [...list, item];
