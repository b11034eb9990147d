// Quick hide: two taps on the top edge, and the phone shows a blank note page. Two more bring everything back.
import { useEffect, useRef } from 'preact/hooks';
import { looks } from '../state/looks';
import { change, state } from '../state/store';
import { say } from '../words';

const TWICE_MS = 450;
const EDGE_PX = 40;
let last = 0;

addEventListener('pointerdown', (event) => {
  if (!looks().quick_hide || event.clientY > EDGE_PX) return;
  const twice = event.timeStamp - last < TWICE_MS;
  last = twice ? 0 : event.timeStamp;
  if (twice) change({ hidden: !state.hidden });
});

export function BlankNote() {
  const note = useRef<HTMLTextAreaElement>(null);
  useEffect(() => note.current?.focus(), []);
  return (
    <section aria-label={say('hide.note')}>
      <textarea class="note" ref={note} aria-label={say('hide.note')} autocomplete="off" spellcheck={false} />
    </section>
  );
}
