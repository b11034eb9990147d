// The state that screens show: one plain object. `change` sets fields and redraws the app.

import type { Country, Me, Member, Message, ReachOut, Supported } from '../contract/types';
import type { Press } from '../domain/press';
import type { Letter } from '../outbox/letters';
import { serverNow } from '../platform/clock';

export interface State {
  /**
   * starting: not known yet; in; locked: signed in, and only a press works until it is unlocked; out: nobody is signed in; expired: the
   * server has ended the session.
   */
  session: 'starting' | 'in' | 'locked' | 'out' | 'expired';
  me: Me | null;
  /** The current address: `#/reach-outs/ID` is ['reach-outs', 'ID']. */
  route: string[];
  circle: Member[] | null;
  helplines: Country | null;
  /** My own open reach-out. */
  myReachOut: ReachOut | null;
  messages: Message[];
  /** The press that has not reached the server. */
  pendingPress: Press | null;
  /** What I have written and the server does not have yet, the oldest first. Filled in where it is shown. */
  letters: Letter[];
  /** A press was refused because the circle is empty. */
  circleEmpty: boolean;
  /** Open reach-outs of others who would like company. */
  incoming: ReachOut[];
  /** The people I am there for; fetched while nobody is in my own circle. */
  supporting: Supported[];
  /** Whom I am there for, as a screen that shows them has fetched them last. */
  supported: Supported[];
  unread: boolean;
  /** Somebody I am there for has shared or written something that I have not read. */
  newToHelper: boolean;
  /** Whether the last request got a reply. */
  online: boolean;
  /** A passing message at the top of the page. */
  toast: string;
  hidden: boolean;
  /** Something waits for fresh proof: called with whether it was given. */
  askProof: ((proven: boolean) => void) | null;
  now: number;
  /** Number of refreshes; screens repeat their own queries when it changes. */
  refreshes: number;
}

/** What is known before anybody has signed in, and after they have gone. */
export const NOBODY = {
  me: null,
  circle: null,
  helplines: null,
  myReachOut: null,
  messages: [],
  pendingPress: null,
  letters: [],
  circleEmpty: false,
  incoming: [],
  supporting: [],
  supported: [],
  unread: false,
  newToHelper: false,
  askProof: null,
  refreshes: 0,
} satisfies Partial<State>;

export const state: State = {
  session: 'starting',
  route: [],
  ...NOBODY,
  online: true,
  toast: '',
  hidden: false,
  now: serverNow(),
};

/** Return whether this phone is signed in, as far as it knows; what is shown may still be locked. */
export const isSignedIn = (): boolean => state.session === 'in' || state.session === 'locked';

let draw: () => void = () => undefined;
let waiting = false;

/** Set the function that draws the app, and draw; called once, by main. */
export function drawWith(drawing: () => void): void {
  draw = drawing;
  draw();
}

export function change(part: Partial<State>): void {
  Object.assign(state, part);
  if (waiting) return;
  waiting = true;
  queueMicrotask(() => {
    waiting = false;
    draw();
  });
}

/** Ask in place who it is. Return whether proof was given; what asked before gives up. */
export const askForProof = (): Promise<boolean> =>
  new Promise((resolve) => {
    state.askProof?.(false);
    change({ askProof: resolve });
  });
