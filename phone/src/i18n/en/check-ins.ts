// English: check-ins and the week, from both sides, and Home on a calm day.
export const checkIns = {
  'notice.check_in_seen': '{name} sees you',
  'notice-say.check_in_seen': 'Your check-in has arrived',
} as const;
