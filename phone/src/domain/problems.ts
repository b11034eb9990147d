// What went wrong, by the `type` of the server's problem details. Pure.
import type { Problem } from '../contract/types';

/** Ours: no reply came, or none that can be read. */
export const NETWORK_ERROR = '/problems/network-error';

/** Return the type of a problem (`/problems/name-taken`, NETWORK_ERROR), or '' when nothing went wrong. */
export const problemType = (error: unknown): string => (error as Partial<Problem> | undefined)?.type ?? '';
