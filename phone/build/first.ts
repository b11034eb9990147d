// Which files make up the piece that is loaded first.

/** What the first screen and a press need, by folder; nothing else may be imported by it, except with `import()`. */
const FIRST = {
  screens: [
    'answered',
    'home',
    'locked',
    'my-reach-out',
    'notify-ask',
    'pending-press',
    'rescue',
    'unlocking',
    'welcome',
  ],
  components: [
    ...['basics', 'boundary', 'close-actions', 'hold-lamp', 'icons', 'lamp', 'later-parts', 'lazy-screen', 'messages'],
    ...['people', 'quick-hide', 'recipients', 'rows', 'standing-words', 'state-words', 'use-query'],
  ],
  domain: [
    'addresses',
    'away',
    'circle',
    'clock',
    'hold',
    'lamps',
    'links',
    'needs',
    'press',
    'problems',
    'push-recipients',
    'standing-words',
  ],
  outbox: ['flush', 'lock'],
  store: [
    ...['lock', 'mark-read', 'notifications', 'preferences', 'press', 'refresh', 'router'],
    ...['service-worker-client', 'session', 'store'],
  ],
};
/** Folders, and the app itself, that are needed whole; no screen of them says a length of time. */
const WHOLE = /\/node_modules\/preact\/|\/src\/(api|i18n|platform|vault)\/(?!span\.)|\/src\/app\.tsx$|^\0/;
export const isFirst = (id: string): boolean =>
  WHOLE.test(id) ||
  Object.entries(FIRST).some(([folder, names]) => new RegExp(`/src/${folder}/(${names.join('|')})\\.tsx?$`).test(id));
