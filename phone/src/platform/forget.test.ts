// When a session ends, nothing of its person stays: not in small slots, not in the database, not in a module's memory.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { phone } from '../outbox/phone.testing';
import type { End } from './forget';

const SOURCES = join(import.meta.dirname, '..');
const code = (name: string) => readFileSync(join(SOURCES, name), 'utf8');
const FILES = (readdirSync(SOURCES, { recursive: true }) as string[])
  .map((name) => name.replaceAll('\\', '/'))
  .filter((name) => /\.tsx?$/.test(name) && !/\.(test|testing|d)\.tsx?$/.test(name));

/** What outlives a session in memory, by file, and why it says nothing of a person. */
const IMPERSONAL: Record<string, Record<string, string>> = {
  'platform/clock.ts': { offsetMs: 'the difference of two clocks' },
  'api/events.ts': {
    source: 'closed by silence()',
    stop: 'closed by silence()',
    resumeStream: 'a way on, without content',
    paused: 'whether the stream rests',
  },
  'components/quick-hide.tsx': { lastTapAt: 'a moment', tapConsumed: 'one tap' },
  'i18n/index.ts': { catalogue: 'sentences of the app', isSingular: 'a rule of a language' },
  'platform/storage.ts': {
    connection: 'a way to the database',
    silent: 'whether the database answers',
    erasures: 'how often it was emptied',
    memory: 'emptied with the database',
    unwritten: 'emptied with the database',
  },
  'screens/account.tsx': { chooser: 'let go with the file that was chosen' },
  'screens/unlocking.tsx': { loaded: 'code that was loaded' },
  'screens/settings.tsx': { countries: 'names of countries', countriesLanguage: 'their language' },
  'store/native-push.ts': { listens: 'a flag' },
  'store/notifications.ts': { nativeStatus: 'whether this phone shows notifications' },
  'store/plan.ts': { running: 'a promise without content' },
  'store/press.ts': { ringTimer: 'a timer' },
  'store/refresh.ts': { current: 'a promise without content', next: 'the same', lastStartedAt: 'a moment' },
  'store/store.ts': { draw: 'draws the app', waiting: 'whether it will be drawn' },
};

/** A browser's small storage. */
class Small {
  [name: string]: unknown;
  getItem(name: string) {
    return Object.hasOwn(this, name) ? this[name] : null;
  }
  setItem(name: string, value: string) {
    this[name] = value;
  }
  removeItem(name: string) {
    delete this[name];
  }
}

beforeEach(() => {
  vi.resetModules();
  vi.stubGlobal('self', { localStorage: new Small(), sessionStorage: new Small() });
});
afterEach(() => vi.unstubAllGlobals());

/** Every slot that the app names somewhere, and one that nobody has thought of. */
const NAMED = [
  ...FILES.flatMap((name) =>
    [...code(name).matchAll(/(?:read|write)Slot\((?:'([\w-]+)'|(\w+))/g)].map((found) => {
      const constant = found[2] && new RegExp(`const ${found[2]} = '([\\w-]+)'`).exec(code(name));
      return found[1] ?? constant?.[1] ?? '';
    }),
  ),
  'of-tomorrow',
].filter(Boolean);

test.each<[End, string[]]>([
  ['expired', NAMED],
  ['replaced', NAMED],
  ['signed-out', []],
])('%s: only how the app looks stays on the phone', async (end, inTab) => {
  const { readSlot, writeSlot, STAYING_SLOTS } = await import('./slots');
  const { forget } = await import('./forget');
  expect(NAMED).toContain('connection-word-at');
  for (const where of ['localStorage', 'sessionStorage'] as const)
    for (const name of NAMED) writeSlot(name, 'something', where);
  forget(end);
  expect(Object.keys(self.localStorage)).toEqual(STAYING_SLOTS);
  expect(new Set(Object.keys(self.sessionStorage))).toEqual(new Set([...STAYING_SLOTS, ...inTab]));
  for (const name of NAMED) if (!STAYING_SLOTS.includes(name)) expect(readSlot(name), name).toBeNull();
});

test('nor does what the browser would not store', async () => {
  vi.stubGlobal('self', {});
  const { readSlot, writeSlot } = await import('./slots');
  const { forget } = await import('./forget');
  writeSlot('connection-word-at', '1');
  expect(readSlot('connection-word-at')).toBe('1');
  forget('expired');
  expect(readSlot('connection-word-at')).toBeNull();
});

test('the small storages have one way in', () => {
  const direct = FILES.filter((name) => /\b(?:local|session)Storage\s*[.[]/.test(code(name)));
  expect(direct).toEqual([]);
  expect(FILES.filter((name) => /\['?(?:where|localStorage|sessionStorage)/.test(code(name)))).toEqual([
    'platform/slots.ts',
  ]);
});

test('of the database only what waits to be sent outlives a session that the server has ended', async () => {
  const { get, put, SLOTS, empty } = await phone();
  const { destroy } = await import('../vault/vault');
  const left = async () => {
    const values = await Promise.all(SLOTS.map(async (slot) => [slot, await get(slot)] as const));
    return values.flatMap(([slot, value]) => (value === undefined ? [] : slot));
  };
  for (const slot of SLOTS) await put(slot, slot);
  await destroy();
  expect((await left()).sort()).toEqual(['language', 'leaving', 'letter-key', 'letters', 'press', 'who']);
  await empty();
  expect(await left()).toEqual([]);
});

test('what a module holds in memory is let go, or says nothing of anybody', () => {
  const HELD = /^(?:let (\w+)|(?:export )?const (\w+)[^=\n]*= new (?:Map|Set|WeakMap)\b)/gm;
  const kept = FILES.flatMap((name) => {
    const text = code(name);
    const forgotten = [...text.matchAll(/whenForgotten\([\s\S]*?\n\}\);/g)].join('\n');
    return [...text.matchAll(HELD)]
      .map(([, one, other]) => one ?? other ?? '')
      .filter((held) => !new RegExp(`\\b${held}\\b`).test(forgotten) && !IMPERSONAL[name]?.[held])
      .map((held) => `${name}: ${held}`);
  });
  expect(kept).toEqual([]);
});

test('a reason that nothing needs any more goes', () => {
  const idle = Object.entries(IMPERSONAL).flatMap(([name, held]) =>
    Object.keys(held).filter((each) => !new RegExp(`\\b${each}\\b`).test(code(name))),
  );
  expect(idle).toEqual([]);
});
