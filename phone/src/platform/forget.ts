// What the app keeps of a person in memory and in small slots goes in one moment, when their session ends.

/**
 * expired: by the server, and the same person may come back; replaced: somebody else has signed in; signed-out: by hand; locked: the
 * session goes on, and what is stored stays.
 */
export type End = 'expired' | 'replaced' | 'signed-out' | 'locked';

type Forget = (end: End) => void;
const memories: Forget[] = [];

/** For a module that holds something of a person: `forget` lets it go. */
export const whenForgotten = (forget: Forget): void => void memories.push(forget);

export const forget: Forget = (end) => {
  for (const act of memories) act(end);
};
