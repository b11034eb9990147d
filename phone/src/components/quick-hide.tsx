// Quick hide: two taps on the top edge, and the phone shows a blank note page. Two more bring everything back.

import { isRinging } from '../domain/press';
import { t } from '../i18n';
import { preferences } from '../store/preferences';
import { cancelPress } from '../store/press';
import { change, state } from '../store/store';
import { asModal } from './basics';

const TWICE_MS = 450;
const EDGE_PX = 40;
// Long ago: a first tap right after the start is one tap.
let last = -Infinity;
/** The tap under way has hidden the page or brought it back, so it must do nothing else. */
let spent = false;

/** How far below the top of what can be seen of a page that may be magnified. */
const below = ({ clientY }: MouseEvent): number =>
  (clientY - (visualViewport?.offsetTop ?? 0)) * (visualViewport?.scale ?? 1);

addEventListener(
  'pointerdown',
  (event) => {
    spent = false;
    // A second tap may land a little lower, and is no tap on what stands there.
    const twice = event.timeStamp - last < TWICE_MS && below(event) <= 2 * EDGE_PX;
    last = -Infinity;
    if (!preferences().quick_hide || !(twice || below(event) <= EDGE_PX)) return;
    if (!twice) last = event.timeStamp;
    else {
      spent = true;
      void turn();
    }
  },
  true,
);

// The top edge belongs to quick hide: the lamp never takes a tap there, and anything else waits until it is no double tap.
addEventListener(
  'click',
  (event) => {
    const target = event.target as HTMLElement;
    const edge = below(event) <= EDGE_PX;
    const lamp = target.closest('.porch');
    // Without a count of taps it is a keyboard's, or our own from below.
    if (!event.detail || !(spent || (edge && (lamp || preferences().quick_hide)))) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    const first = last;
    if (!spent && !lamp) setTimeout(() => last === first && target.click(), TWICE_MS);
  },
  true,
);

/** Nothing goes out that could not be seen: what could still be undone is undone, and that is said when the page comes back. */
async function turn(): Promise<void> {
  const taken = state.hidden ? null : state.pendingPress;
  change({ hidden: !state.hidden });
  if (!taken || !isRinging(taken, Date.now())) return;
  await cancelPress();
  change({ toast: t(taken.close ? 'quick-hide.close-undone' : 'quick-hide.press-undone') });
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
