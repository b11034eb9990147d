// English: what stands outside of the app. The build writes it into the page that is there before the app has begun, and into the
// service worker, which adds it to a push.
export const outside = {
  'slow-start.say': 'Porchlight is taking long to start. It needs a connection the first time.',
  'slow-start.retry': 'Try again',
  'slow-start.no-script': 'Porchlight needs JavaScript to be switched on.',
  'slow-start.guest': 'Open a link from a message',
  'push.calling': 'Calling',
  'push.cannot': "Can't",
  'push.seen': 'I see it',
  'push.news': 'Something new is waiting for you.',
} as const;
