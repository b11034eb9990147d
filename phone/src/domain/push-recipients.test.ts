// Whose phones a press makes ring, first and again.
import { describe, expect, test } from 'vitest';
import type { Recipient } from '../contract/types';
import { firstPushRecipients, repeatPushRecipients } from './push-recipients';

const somebody = (name: string, state: Recipient['state']): Recipient =>
  ({ person: { id: name, display_name: name }, state, answer: null }) as Recipient;
const names = (people: Recipient[]) => people.map(({ person }) => person.id);

describe('whom a press tells first', () => {
  const member = (name: string, step: number, available_now = true, state = 'active') =>
    ({ name, step, available_now, state }) as Parameters<typeof firstPushRecipients>[0][number] & { name: string };

  test('those of step 1 who can be reached now', () => {
    expect(
      firstPushRecipients([member('Ana', 1), member('Ben', 2), member('Chidi', 1, false)]).map(({ name }) => name),
    ).toEqual(['Ana']);
  });

  test('whoever can be, when nobody of step 1 can be reached', () => {
    expect(firstPushRecipients([member('Ana', 1, false), member('Ben', 2)]).map(({ name }) => name)).toEqual(['Ben']);
  });

  test('nobody, when everybody keeps their quiet time: no phone rings then', () => {
    expect(firstPushRecipients([member('Ana', 1, false), member('Ben', 2, false)])).toEqual([]);
  });

  test('never somebody who is not confirmed', () => {
    expect(firstPushRecipients([member('Ana', 1, true, 'accepted'), member('Ben', 2)]).map(({ name }) => name)).toEqual(
      ['Ben'],
    );
    expect(firstPushRecipients([member('Ana', 1, true, 'accepted')])).toEqual([]);
  });
});

test('whose phones ring when everyone is asked again', () => {
  const circle = ['Awake', 'Declined', 'Later', 'Answered'].map((id) => ({
    person: { id, display_name: id },
    available_now: true,
  }));
  const asleep = { person: { id: 'Asleep', display_name: 'Asleep' }, available_now: false };
  const recipients = [
    somebody('Awake', 'seen'),
    somebody('Declined', 'declined'),
    somebody('Later', 'queued'),
    somebody('Asleep', 'inbox_only'),
    somebody('Left', 'handed'),
    somebody('Answered', 'answered'),
  ];
  expect(names(repeatPushRecipients(recipients, [...circle, asleep]))).toEqual(['Awake']);
});
