// Quick hide: two taps on the top edge show a blank note page, two more bring the app back.

import { isRinging } from '../domain/press';
import { t } from '../i18n';
import { preferences } from '../store/preferences';
import { cancelPress } from '../store/press';
import { change, state } from '../store/store';
import { asModal } from './basics';

const DOUBLE_TAP_MS = 450;
const EDGE_PX = 40;
// So that the first tap after the start is never the second of two.
let lastTapAt = -Infinity;
/** The current tap has toggled the page, so its click must do nothing else. */
let tapConsumed = false;

/** Distance from the top of the visible viewport, in screen pixels. */
const distanceFromTop = ({ clientY }: MouseEvent): number =>
  (clientY - (visualViewport?.offsetTop ?? 0)) * (visualViewport?.scale ?? 1);

addEventListener(
  'pointerdown',
  (event) => {
    tapConsumed = false;
    // A second tap may land a little lower, and must not hit what is there.
    const isDoubleTap = event.timeStamp - lastTapAt < DOUBLE_TAP_MS && distanceFromTop(event) <= 2 * EDGE_PX;
    lastTapAt = -Infinity;
    if (!preferences().quick_hide || !(isDoubleTap || distanceFromTop(event) <= EDGE_PX)) return;
    if (!isDoubleTap) lastTapAt = event.timeStamp;
    else {
      tapConsumed = true;
      void toggleHidden();
    }
  },
  true,
);

// The top edge belongs to quick hide: the lamp takes no tap there, and everything else waits until a second tap can no
// longer come.
addEventListener(
  'click',
  (event) => {
    const target = event.target as Element;
    const atEdge = distanceFromTop(event) <= EDGE_PX;
    const lamp = target.closest('.porch');
    // A click without `detail` comes from a keyboard, or is the delayed one below.
    if (!event.detail || !(tapConsumed || (atEdge && (lamp || preferences().quick_hide)))) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    const tapAt = lastTapAt;
    // An event instead of `click()`, which the drawing inside a link or button does not have.
    const tap = () =>
      lastTapAt === tapAt && target.dispatchEvent(new MouseEvent('click', { bubbles: true, cancelable: true }));
    if (!tapConsumed && !lamp) setTimeout(tap, DOUBLE_TAP_MS);
  },
  true,
);

/** A press that can still be undone is undone: nothing is sent out of sight. The app says so when it comes back. */
async function toggleHidden(): Promise<void> {
  const press = state.hidden ? null : state.pendingPress;
  change({ hidden: !state.hidden });
  if (!press || !isRinging(press, Date.now())) return;
  await cancelPress();
  change({ toast: t(press.close ? 'quick-hide.close-undone' : 'quick-hide.press-undone') });
}

/** A dialog, so that it also lies over an open sheet, and nothing under it can be reached or read out. */
export function BlankNote() {
  return (
    <dialog
      class="hide"
      ref={asModal}
      title={t('quick-hide.note')}
      onCancel={(event) => event.preventDefault()}
      onClose={() => change({ hidden: false })}
    >
      <textarea class="note" aria-label={t('quick-hide.note')} autocomplete="off" spellcheck={false} />
    </dialog>
  );
}
