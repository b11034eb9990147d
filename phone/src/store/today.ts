// Which day it is: on the calendar of my time zone, as the server counts my days, by the server's clock.
import { dayIn, timeIn } from '../domain/day';
import { state } from './store';

/** My time zone; undefined, which is the phone's, where only the vault is known: it does not hold it. */
export const myZone = (): string | undefined => (state.me?.created_at ? state.me.time_zone : undefined);

/** Today as the API writes it: "2026-03-10". */
export const today = (): string => dayIn(myZone(), state.now);

/** The time as the API writes it: "09:05". */
export const timeNow = (): string => timeIn(myZone(), state.now);
