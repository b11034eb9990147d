// Quick hide: two taps on the top edge, and the phone shows a blank note page. Two more bring everything back.
import { looks } from '../state/looks';
import { change, state } from '../state/store';
import { say } from '../words';
import { asModal } from './basics';

const TWICE_MS = 450;
const EDGE_PX = 40;
// Long ago: a first tap right after the start is one tap.
let last = -Infinity;

addEventListener('pointerdown', (event) => {
  if (!looks().quick_hide || event.clientY > EDGE_PX) return;
  const twice = event.timeStamp - last < TWICE_MS;
  last = twice ? -Infinity : event.timeStamp;
  if (twice) change({ hidden: !state.hidden });
});

/** A dialog, so that it also lies over an open sheet, and nothing under it can be reached or read out. */
export function BlankNote() {
  return (
    <dialog class="hide" ref={asModal} title={say('hide.note')} onCancel={(event) => event.preventDefault()} onClose={() => change({ hidden: false })}>
      <textarea class="note" aria-label={say('hide.note')} autocomplete="off" spellcheck={false} />
    </dialog>
  );
}
