// The lantern: small beside a name, large on the porch. Always decorative; the words beside it carry the state.
import type { ComponentChildren } from 'preact';

/** `state`: classes from state/lamps.ts. `bare`: without the ring, in lists. */
export function Lamp({ state, bare, big }: { state: string; bare?: boolean; big?: boolean }) {
  return (
    <svg class={`lamp ${state}${bare ? ' bare' : ''}${big ? ' big' : ''}`} viewBox={bare ? '10 6 36 40' : '0 0 56 56'} aria-hidden="true">
      {!bare && ['track', 'done'].map((name) => <circle key={name} class={name} cx="28" cy="28" r="25.5" pathLength={100} transform="rotate(-83 28 28)" />)}
      <path class="glass" d="M20.8 40 19.5 22h17l-1.3 18" />
      <path d="M17 22l8.8-8.6h4.4L39 22zM28 13.4v-1.2M17.8 40.5h20.4" />
      <circle cx="28" cy="10.2" r="2" />
      <path class="flame" d="M28.1 24.4c.5 3.7 4.2 5.6 4.2 9.1a4.3 4.3 0 0 1-8.6 0c0-3.4 3.5-5 4.4-9.1z" />
      <path class="rays" d="M15.4 30.5h-3.2M40.6 30.5h3.2M16 36.5l-2.8 1.5M40 36.5l2.8 1.5" />
    </svg>
  );
}

/** The lantern as a picture; with children, it is their ground (the big button). */
export function Lantern({ flame = true, beams }: { flame?: boolean; beams?: boolean | undefined }) {
  return (
    <svg viewBox="0 0 260 320" aria-hidden="true">
      <radialGradient id="glass" cx=".5" cy=".6" r=".75">
        <stop class="in-stop" offset="0" />
        <stop class="mid-stop" offset=".6" />
        <stop class="out-stop" offset="1" />
      </radialGradient>
      {beams && <path class="beams" d="M22 200h-40M238 200h40M28 252l-34 18M232 252l34 18M28 148l-34-18M232 148l34-18" />}
      <path class="metal" fill-rule="evenodd" d="M130 0a18 18 0 0 1 7 34.6V44h8q6 0 10 4l66 51q9 7 9 13t-9 6H39q-9 0-9-6t9-13l66-51q4-4 10-4h8v-9.4A18 18 0 0 1 130 0zm0 8a10 10 0 1 0 0 20 10 10 0 1 0 0-20z" />
      <path class="deep" d="M44 118h172l-8 172H52z" />
      <path fill="url(#glass)" d="M56 122h148l-7 160H63z" />
      {flame && <path class="core" d="M131 142c4 30 31 50 31 82a32 32 0 0 1-64 0c0-30 26-46 33-82z" />}
      <path class="metal" d="M40 286h180a9 9 0 0 1 0 18H40a9 9 0 0 1 0-18z" />
      <path class="deep" d="M74 304h112l-6 10q-3 6-9 6H89q-6 0-9-6z" />
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

/** The ring that runs out: of itself in three seconds, or standing with `gone` percent of it taken away. */
export function Dial({ gone, children }: { gone?: number; children: ComponentChildren }) {
  return (
    <div class="dial">
      <svg viewBox="0 0 200 200" aria-hidden="true">
        <circle class="rim" cx="100" cy="100" r="96" />
        <circle class={`left${gone === undefined ? ' run' : ''}`} cx="100" cy="100" r="96" pathLength={100} stroke-dashoffset={gone} />
      </svg>
      {children}
    </div>
  );
}

export function PorchButton({ label, onPress }: { label: string; onPress: () => void }) {
  return (
    <button class="porch cord" onClick={onPress}>
      <Lantern flame={false} />
      <span>{label}</span>
    </button>
  );
}
