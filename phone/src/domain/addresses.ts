// Addresses below Home, each with the tab that it stands under. Their screens are in screens/later.tsx.

/** For whoever is signed in. */
const INSIDE = {
  'reflection': '',
  'invitation': '',
  'link': 'circle',
  'inbox': 'inbox',
  'reach-outs': 'inbox',
  'circle': 'circle',
  'people': 'circle',
  'calm': 'home',
  'bookends': 'home',
  'commitments': 'settings',
  'check-ins': 'home',
  'week': 'home',
  'moment': 'home',
  'first-week': 'home',
  'follow-up': 'inbox',
  'reach-ins': 'inbox',
  'practices': 'inbox',
  'settings': 'settings',
};

/** Without a session. */
const OUTSIDE = ['sign-in', 'recover', 'create-account', 'invitation', 'link'] as const;

export type InsideAddress = keyof typeof INSIDE;
export type OutsideAddress = (typeof OUTSIDE)[number];

/** Return the tab of an address ('': of none); undefined when it leads nowhere, and Home is shown. */
export const tabOf = (name: string): string | undefined =>
  Object.hasOwn(INSIDE, name) ? INSIDE[name as InsideAddress] : undefined;

export const isOutside = (name: string): boolean => OUTSIDE.includes(name as OutsideAddress);
