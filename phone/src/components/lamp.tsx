// The lantern: small beside a name, large as the button. Always decorative; the words beside it carry the state. Its
// shapes are in index.html.
import type { ComponentChildren } from 'preact';

/** `state`: classes from domain/lamps.ts. `ring`: with the ring that shows how far the reach-out has come. */
export function Lamp({ state, ring }: { state: string; ring?: boolean }) {
  return (
    <svg class={`lamp ${state}`} viewBox={ring ? '0 0 56 56' : '10 6 36 40'} aria-hidden="true">
      {ring && <use class="ring" href="#ring" />}
      <use href="#lamp" />
    </svg>
  );
}

/** The lantern. In the button its label takes the place of the flame. */
export function Lantern({ flame = true, beams }: { flame?: boolean; beams?: boolean | undefined }) {
  return (
    <svg viewBox="0 0 260 320" aria-hidden="true">
      {beams && <use class="beams" href="#beams" />}
      <use href="#lantern" />
      {flame && <use href="#flame" />}
    </svg>
  );
}

export function Light({ beams, cord }: { beams?: boolean; cord?: boolean }) {
  return (
    <div class={`light${cord ? ' tall cord' : ''}`}>
      <Lantern beams={beams} />
    </div>
  );
}

/** A ring that runs out in three seconds, or a still one with `percentGone` of it gone. */
export function Dial({ percentGone, children }: { percentGone?: number; children: ComponentChildren }) {
  return (
    <div class="dial">
      <svg viewBox="0 0 200 200" aria-hidden="true">
        <use class="rim" href="#dial" />
        <use class={`left${percentGone === undefined ? ' run' : ''}`} href="#dial" stroke-dashoffset={percentGone} />
      </svg>
      {children}
    </div>
  );
}

/** `calm`: a third smaller, while nothing burns. */
export function PorchButton({ label, onPress, calm }: { label: string; onPress: () => void; calm?: boolean }) {
  return (
    <button type="button" class={`porch cord${calm ? ' calm' : ''}`} onClick={onPress}>
      <Lantern flame={false} />
      <span>{label}</span>
    </button>
  );
}
