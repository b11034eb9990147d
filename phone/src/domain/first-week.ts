// The first week of somebody who reaches out: what has been done, and what may come next. Nothing of it is needed for a press.

export type FirstStep = 'people' | 'notify' | 'hours' | 'plan' | 'five';

/** In the order in which they help. */
export const FIRST_STEPS: readonly FirstStep[] = ['people', 'notify', 'hours', 'plan', 'five'];

/** How many people a circle is nudged towards: its size decides more than anything else whether somebody answers. */
export const GOOD_CIRCLE = 5;
const WEEKS_MS = 14 * 24 * 60 * 60_000;
const DAYS = 7;

export interface Situation {
  /** People in the circle, confirmed or not, and open invitations. */
  people: number;
  notify: boolean;
  hours: boolean;
  plan: boolean;
}

/** Return the steps that are done. */
export function doneSteps({ people, ...others }: Situation): FirstStep[] {
  const done: Record<FirstStep, boolean> = { ...others, people: people > 0, five: people >= GOOD_CIRCLE };
  return FIRST_STEPS.filter((step) => done[step]);
}

/** Return the step that is offered next; undefined when all are done. */
export const nextFirstStep = (situation: Situation): FirstStep | undefined =>
  FIRST_STEPS.find((step) => !doneSteps(situation).includes(step));

/** Whether the guide is still offered: for two weeks, so that a slow week loses nothing. */
export const isFirstWeek = (createdAt: string, now: number): boolean => now - Date.parse(createdAt) < WEEKS_MS;

/** Whether today is the day of the week on which a small circle is spoken of: the day the account was made, and not before a week. */
export function isCircleDay(createdAt: string, now: number): boolean {
  const days = Math.floor((now - Date.parse(createdAt)) / (24 * 60 * 60_000));
  return days >= DAYS && new Date(createdAt).getDay() === new Date(now).getDay();
}
