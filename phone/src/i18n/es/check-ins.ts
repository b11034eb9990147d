// Spanish: check-ins and the week, from both sides, and Home on a calm day.
export const checkIns = {
  'notice.check_in_seen': '{name} te ve',
  'notice-say.check_in_seen': 'Leyó cómo estás',
};
