// What a lamp shows, and the truest sentence over all of them.
import { beforeAll, describe, expect, test, vi } from 'vitest';
import { PROGRESS_WORDS, STATE_WORDS } from '../components/state-words';
import type { Recipient } from '../contract/types';
import { speak, t } from '../i18n';
import { furthestProgress, hasBegun, isPast, LAMPS, memberLamp, nearest, promisedAt, whoIsThere } from './lamps';

beforeAll(() => {
  vi.stubGlobal('document', { documentElement: { lang: 'en', dir: '' } });
  return speak('en');
});

type RecipientState = Recipient['state'];

const somebody = (name: string, state: RecipientState, answer: Recipient['answer'] = null): Recipient =>
  ({ person: { id: name, display_name: name }, state, answer }) as Recipient;
const at = (minute: number) => new Date(Date.UTC(2026, 2, 1, 21, 42 + minute)).toISOString();
const names = (people: Recipient[]) => people.map(({ person }) => person.id);

describe("each state's lamp and words", () => {
  test.each<[RecipientState, string, string]>([
    ['queued', 'dim s0', 'Not told yet'],
    ['handed', 'lit s1', 'Told'],
    ['delivered', 'lit s2', 'Delivered'],
    ['seen', 'lit s3', 'Seen'],
    ['answered', 'bright s4', 'Answering'],
    ['declined', 'dim no', "Can't right now"],
    ['unreachable', 'dim off', "Can't be reached"],
    ['inbox_only', 'dim s0', 'Waits in their inbox'],
  ])('%s', (state, lamp, words) => {
    expect(LAMPS[state]).toBe(lamp);
    expect(t(STATE_WORDS[state])).toBe(words);
  });

  test('only an answer is bright, and every lamp is dim, lit or bright', () => {
    const lamps = Object.entries(LAMPS);
    expect(lamps.filter(([, lamp]) => lamp.startsWith('bright')).map(([state]) => state)).toEqual(['answered']);
    for (const [, lamp] of lamps) expect(lamp).toMatch(/^(dim|lit|bright) /);
    expect(lamps).toHaveLength(8);
  });

  test('a member of the circle is lit as long as they can be reached now', () => {
    expect(memberLamp({ available_now: true })).toBe('lit');
    expect(memberLamp({ available_now: false })).toBe('dim');
  });
});

describe('nearest first', () => {
  test('from the one who answers to the one who cannot', () => {
    const states: RecipientState[] = [
      'declined',
      'unreachable',
      'inbox_only',
      'queued',
      'handed',
      'delivered',
      'seen',
      'answered',
    ];
    expect(nearest(states.map((state) => somebody(state, state))).map(({ state }) => state)).toEqual([
      'answered',
      'seen',
      'delivered',
      'handed',
      'queued',
      'inbox_only',
      'unreachable',
      'declined',
    ]);
  });

  test('equal ones keep the order of the circle, and the list that was given stays as it was', () => {
    const given = [somebody('Ana', 'handed'), somebody('Ben', 'seen'), somebody('Chidi', 'handed')];
    expect(names(nearest(given))).toEqual(['Ben', 'Ana', 'Chidi']);
    expect(names(given)).toEqual(['Ana', 'Ben', 'Chidi']);
  });
});

describe('who is there', () => {
  test('who calls goes before who writes, and who comes later is last', () => {
    const people = [
      somebody('Soon', 'answered', 'soon'),
      somebody('Writes', 'answered', 'here'),
      somebody('Calls', 'answered', 'calling'),
      somebody('Seen', 'seen'),
      somebody('Cannot', 'declined', 'cannot'),
    ];
    expect(names(whoIsThere(people))).toEqual(['Calls', 'Writes', 'Soon']);
  });

  test('a promise that is over goes behind one that is not', () => {
    const people = [
      { ...somebody('Called', 'answered', 'calling'), answered_at: at(0) },
      { ...somebody('Soon', 'answered', 'soon'), answered_at: at(0), minutes: 10 },
    ] as Recipient[];
    expect(names(whoIsThere(people, Date.parse(at(1))))).toEqual(['Called', 'Soon']);
    expect(names(whoIsThere(people, Date.parse(at(6))))).toEqual(['Soon', 'Called']);
  });

  test('nobody, as long as nobody has answered', () => {
    expect(whoIsThere([somebody('Ana', 'seen'), somebody('Ben', 'delivered')])).toEqual([]);
  });
});

describe('the truth', () => {
  test.each<[RecipientState[], string, number]>([
    [['queued', 'queued'], 'waiting.queued', 2],
    [['queued', 'handed'], 'waiting.handed', 1],
    [['handed', 'delivered', 'delivered'], 'waiting.delivered', 2],
    [['delivered', 'seen', 'queued'], 'waiting.seen', 1],
    [['declined', 'seen', 'unreachable'], 'waiting.seen', 1],
  ])('of %j: %s', (states, key, count) => {
    const progress = furthestProgress(states.map((state, number) => somebody(`${number}`, state)));
    expect(PROGRESS_WORDS[progress.state]).toBe(key);
    expect(progress.people).toHaveLength(count);
  });

  test.each<[RecipientState[], string, string]>([
    [['unreachable'], 'waiting.unreachable', ''],
    [[], 'waiting.unreachable', ''],
    [['inbox_only', 'unreachable'], 'waiting.inbox-only', ''],
    [['inbox_only', 'declined'], 'waiting.inbox-only', ''],
    [['declined'], 'waiting.declined', '0'],
    [['unreachable', 'declined'], 'waiting.declined', '1'],
  ])('of %j, where no phone has it: %s', (states, key, who) => {
    const progress = furthestProgress(states.map((state, number) => somebody(`${number}`, state)));
    expect([PROGRESS_WORDS[progress.state], names(progress.people).join()]).toEqual([key, who]);
  });

  test('is about those whom it has reached, and no others', () => {
    const { state, people } = furthestProgress([somebody('Ana', 'handed'), somebody('Ben', 'seen')]);
    expect(t(PROGRESS_WORDS[state], { n: people.length, names: names(people).join() })).toBe('Ben has seen it.');
  });
});

describe('the time that an answer names', () => {
  const soon = { answer: 'soon', minutes: 10, answered_at: at(0) } as const;

  test("is the answer's own, whenever one looks", () => {
    expect(promisedAt(soon)).toBe(Date.parse(at(10)));
    expect(promisedAt({ answer: 'calling', minutes: null, answered_at: at(3) })).toBe(Date.parse(at(3)));
  });

  test.each([
    [soon, 10, false],
    [soon, 11, true],
    [{ ...soon, answer: 'calling', minutes: null } as const, 4, false],
    [{ ...soon, answer: 'calling', minutes: null } as const, 5, true],
    [{ ...soon, answer: 'here', minutes: null } as const, 60, false],
    [{ ...soon, answer: 'cannot', minutes: null } as const, 60, false],
  ])('%o after %i minutes: over is %s', (answer, minute, over) => {
    expect(isPast(answer, Date.parse(at(minute)))).toBe(over);
  });
});

test('nobody waits for the next rung before somebody was told', () => {
  expect(hasBegun([somebody('Ana', 'queued'), somebody('Ben', 'queued')])).toBe(false);
  expect(hasBegun([somebody('Ana', 'handed'), somebody('Ben', 'queued')])).toBe(true);
});
