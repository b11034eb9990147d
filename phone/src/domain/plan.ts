// A plan for a hard hour: its six steps in their order, and what may stand in them.
import type { Plan } from '../contract/types';

/** The steps that are lists of one's own words. */
export const LISTS = ['signs', 'alone', 'places', 'safer'] as const;
export const STEPS = ['signs', 'alone', 'places', 'people', 'professionals', 'safer'] as const;
export type ListStep = (typeof LISTS)[number];
export type Step = (typeof STEPS)[number];

export const MAX_ENTRIES = 10;
export const MAX_LENGTH = 200;
export const MAX_HELP_LENGTH = 1000;

export const EMPTY_PLAN: Plan = {
  signs: [],
  alone: [],
  places: [],
  safer: [],
  reasons: [],
  people: [],
  professionals: [],
  help_me: null,
};

export const isList = (step: Step): step is ListStep => (LISTS as readonly Step[]).includes(step);

/** Whether nothing has been written yet: then there is no plan. */
export const isEmptyPlan = (plan: Plan): boolean => Object.values(plan).every((part) => !part?.length);

/** What can be done without anybody, in the order of the plan; for the screens of a press, which show the people already. */
export const forHardHour = ({ alone, places, safer }: Plan): string[][] =>
  [alone, places, safer].filter((entries) => entries.length > 0);

/** The entries with one more; each once, and no more than a plan holds. */
export function withEntry(entries: string[], text: string): string[] {
  const entry = text.trim().slice(0, MAX_LENGTH);
  return !entry || entries.includes(entry) || entries.length >= MAX_ENTRIES ? entries : [...entries, entry];
}
