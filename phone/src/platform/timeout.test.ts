// No browser service is waited for without an end: whoever asks one says how long, or stands here with a reason.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { NoAnswer, within } from './timeout';

const SOURCES = join(import.meta.dirname, '..');
const SERVICE =
  /navigator\.(clipboard|share|storage|permissions|credentials|serviceWorker)|caches\.|indexedDB\.|crypto\.subtle|pushManager\.|getNotifications\(|matchAll\(|showNotification\(|requestPermission\(|locks\.request\(/;
const LIMITED = /within\(|Promise\.race\(/;

/** By file: a part of the line, and why it needs no limit of its own. */
const UNHURRIED: Record<string, Record<string, string>> = {
  'api/events.ts': { 'locks.request(LOCK': 'a timer opens a stream where no answer comes' },
  'platform/storage.ts': { 'indexedDB.open(': 'run() has the limit for opening and for what follows' },
  'components/ask-to-look.tsx': { 'void navigator.share(': 'nobody waits for it' },
  'screens/invite.tsx': { 'void navigator.share(': 'nobody waits for it' },
  'store/app-lock.ts': { 'await navigator.credentials': 'a human holds a finger to it, and the browser ends it' },
  'store/notifications.ts': {
    'const subscribing = registration.pushManager': 'raced below',
    'getSubscription()': 'a part of what is raced below',
    'return registration.pushManager': 'a part of what is raced below',
    '?.getNotifications());': 'limited in the next line',
  },
  'store/passkeys.ts': { 'navigator.credentials': 'a human holds a finger to it, and the browser ends it' },
  'worker/worker.ts': {
    'cache.addAll(': 'an install that does not end leaves the worker before it in place',
    'const cached = caches': 'limited in the next line',
    'self.registration.showNotification(': 'the last thing that a push waits for, and the browser ends it',
    'registration.pushManager.subscribe': 'nobody waits for it but the browser, which ends it',
  },
};

const files = (readdirSync(SOURCES, { recursive: true }) as string[])
  .filter((name) => /\.tsx?$/.test(name) && !/\.(test|testing|d)\.tsx?$/.test(name))
  .map((name) => name.replaceAll('\\', '/'));

test('every browser service has a limit, or a reason to have none', () => {
  const bare = files.flatMap((name) =>
    readFileSync(join(SOURCES, name), 'utf8')
      .split('\n')
      .filter((line) => SERVICE.test(line) && !LIMITED.test(line) && !/^\s*(\/\/|\*)/.test(line))
      .filter((line) => !Object.keys(UNHURRIED[name] ?? {}).some((part) => line.includes(part)))
      .map((line) => `${name}: ${line.trim()}`),
  );
  expect(bare).toEqual([]);
});

test('a reason that nothing needs any more goes', () => {
  const idle = Object.entries(UNHURRIED).flatMap(([name, parts]) =>
    Object.keys(parts).filter((part) => !readFileSync(join(SOURCES, name), 'utf8').includes(part)),
  );
  expect(idle).toEqual([]);
});

test('what answers in time is given, what fails fails, and what stays silent is no answer', async () => {
  expect(await within(Promise.resolve(1))).toBe(1);
  await expect(within(Promise.reject(new Error('no')))).rejects.toThrow('no');
  await expect(within(new Promise(() => undefined), 5)).rejects.toBeInstanceOf(NoAnswer);
});
