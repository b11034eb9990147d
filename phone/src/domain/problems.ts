// What went wrong, by the `type` of the server's problem details. Pure.
import type { Problem } from '../contract/types';

/** Ours: no reply came, or none that can be read. */
export const NETWORK_ERROR = '/problems/network-error';

/** It can be repeated once the person has shown again who they are. */
export const PROOF_NEEDED = '/problems/proof-needed';

/** Return the type of a problem (`/problems/name-taken`, NETWORK_ERROR), or '' when nothing went wrong. */
export const problemType = (error: unknown): string => (error as Partial<Problem> | undefined)?.type ?? '';
