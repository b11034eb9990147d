// What the screens show. One plain object; `change` puts something new into it and everything is drawn again.

import { serverNow } from '../api/clock';
import type { Country, Me, Member, Message, ReachOut, Supported } from '../contract/types';
import type { Press } from '../domain/press';

export interface State {
  /** starting: not known yet; in; out: nobody is signed in; dead: the server has ended the session, the phone keeps what it has. */
  session: 'starting' | 'in' | 'out' | 'dead';
  me: Me | null;
  /** Where we are: `#/reach-outs/ID` is ['reach-outs', 'ID']. */
  route: string[];
  circle: Member[] | null;
  helplines: Country | null;
  /** My own open reach-out. */
  mine: ReachOut | null;
  messages: Message[];
  /** The press that has not reached the server. */
  press: Press | null;
  /** The circle is empty: a press found nobody. */
  nobody: boolean;
  /** Open reach-outs of others who would like company. */
  needed: ReachOut[];
  /** The people I am there for; asked for while nobody is in my own circle. */
  supporting: Supported[];
  unread: boolean;
  /** Whether the last request found its way. */
  reached: boolean;
  /** A passing word at the top of the page. */
  word: string;
  hidden: boolean;
  now: number;
  /** Goes up whenever the server was looked at: a screen then asks again for what it alone shows. */
  looked: number;
}

export const state: State = {
  session: 'starting',
  me: null,
  route: [],
  circle: null,
  helplines: null,
  mine: null,
  messages: [],
  press: null,
  nobody: false,
  needed: [],
  supporting: [],
  unread: false,
  reached: true,
  word: '',
  hidden: false,
  now: serverNow(),
  looked: 0,
};

let draw: () => void = () => undefined;
let waiting = false;

/** What draws the app; called once, by main. */
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
