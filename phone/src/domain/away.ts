// Whether somebody was away for so long that the app asks again. Pure.

/**
 * Both are milliseconds away: `byClock` as the phone's clock has it, `byPage` as the page has counted. A phone that sleeps stops counting,
 * and a clock can be set; the longer one counts, and a clock that went back proves nothing.
 */
export const asksAgain = (after: number, byClock: number, byPage: number): boolean =>
  byClock < 0 || Math.max(byClock, byPage) >= after;
