// English: what stands outside of the app. The build writes it into the page that is there before the app has begun, and into the
// service worker, which adds it to a push.
export const outside = {
  'late.say': 'Porchlight is taking long to start. It needs a connection the first time.',
  'late.again': 'Try again',
  'late.script': 'Porchlight needs JavaScript to be switched on.',
  'push.calling': 'Calling',
  'push.cannot': "Can't",
  'push.news': 'Something new is waiting for you.',
} as const;
