// German: check-ins and the week, from both sides, and Home on a calm day.
export const checkIns = {
  'notice.check_in_seen': '{name} sieht dich',
  'notice-say.check_in_seen': 'Dein Check-in ist angekommen',
};
