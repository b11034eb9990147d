// What a lamp shows, and the truest sentence over all of them.
import { beforeAll, describe, expect, test, vi } from 'vitest';
import type { Recipient } from '../api/client';
import { say, speak } from '../words';
import { firstTold, memberLamp, nearest, STATES, truth, whoIsThere } from './lamps';

beforeAll(() => {
  vi.stubGlobal('document', { documentElement: { lang: 'en', dir: '' } });
  return speak('en');
});

type RecipientState = Recipient['state'];

const somebody = (name: string, state: RecipientState, answer: Recipient['answer'] = null): Recipient =>
  ({ person: { id: name, display_name: name }, state, answer }) as Recipient;
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
    ['inbox_only', 'dim s0', 'Waits in the inbox'],
  ])('%s', (state, lamp, words) => {
    expect(STATES[state].lamp).toBe(lamp);
    expect(say(STATES[state].says)).toBe(words);
  });

  test('only an answer is bright, and every lamp is dim, lit or bright', () => {
    const lamps = Object.entries(STATES);
    expect(lamps.filter(([, { lamp }]) => lamp.startsWith('bright')).map(([state]) => state)).toEqual(['answered']);
    for (const [, { lamp }] of lamps) expect(lamp).toMatch(/^(dim|lit|bright) /);
    expect(lamps).toHaveLength(8);
  });

  test('a member of the circle is lit as long as they can be reached now', () => {
    expect(memberLamp({ available_now: true })).toBe('lit');
    expect(memberLamp({ available_now: false })).toBe('dim');
  });
});

describe('nearest first', () => {
  test('from the one who answers to the one who cannot', () => {
    const states: RecipientState[] = ['declined', 'unreachable', 'inbox_only', 'queued', 'handed', 'delivered', 'seen', 'answered'];
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

  test('nobody, as long as nobody has answered', () => {
    expect(whoIsThere([somebody('Ana', 'seen'), somebody('Ben', 'delivered')])).toEqual([]);
  });
});

describe('the truth', () => {
  test.each<[RecipientState[], string, number]>([
    [['queued', 'queued'], 'wait.queued', 2],
    [['queued', 'handed'], 'wait.told', 1],
    [['handed', 'delivered', 'delivered'], 'wait.delivered', 2],
    [['delivered', 'seen', 'queued'], 'wait.seen', 1],
    [['declined', 'seen', 'unreachable'], 'wait.seen', 1],
  ])('of %j: %s', (states, key, count) => {
    const said = truth(states.map((state, number) => somebody(`${number}`, state)));
    expect(said.key).toBe(key);
    expect(said.who).toHaveLength(count);
  });

  test.each<RecipientState[][]>([[['unreachable']], [['inbox_only', 'unreachable']], [['declined']], [[]]])('of %j: that no phone could be reached', (states) => {
    expect(truth(states.map((state) => somebody('Ana', state)))).toEqual({ key: 'wait.unheard', who: [] });
  });

  test('is about those whom it has reached, and no others', () => {
    const { key, who } = truth([somebody('Ana', 'handed'), somebody('Ben', 'seen')]);
    expect(say(key, { n: who.length, names: names(who).join() })).toBe('Ben has seen it.');
  });
});

describe('whom a press tells first', () => {
  const member = (name: string, step: number, available_now = true, state = 'active') => ({ name, step, available_now, state }) as Parameters<typeof firstTold>[0][number] & { name: string };

  test('those of step 1 who can be reached now', () => {
    expect(firstTold([member('Ana', 1), member('Ben', 2), member('Chidi', 1, false)]).map(({ name }) => name)).toEqual(['Ana']);
  });

  test('everybody, when nobody of step 1 can be reached', () => {
    expect(firstTold([member('Ana', 1, false), member('Ben', 2)]).map(({ name }) => name)).toEqual(['Ana', 'Ben']);
  });

  test('never somebody who is not confirmed', () => {
    expect(firstTold([member('Ana', 1, true, 'accepted'), member('Ben', 2)]).map(({ name }) => name)).toEqual(['Ben']);
    expect(firstTold([member('Ana', 1, true, 'accepted')])).toEqual([]);
  });
});
