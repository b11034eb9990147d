// The unlit lamp of the locked screen: held for two seconds, it is a press.
import type { ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { Hold, HoldEvent } from '../domain/hold';
import { HOLD_MS, nextHold } from '../domain/hold';
import { t } from '../i18n';
import { state } from '../store/store';
import { Button } from './basics';
import { Lamp } from './lamp';

/** What takes it out of somebody's hands: the phone, a scroll, another window. */
const AWAY = ['blur', 'scroll', 'visibilitychange'];

/** Pointer events of screen readers (VoiceOver; TalkBack) have no size, or no pressure. */
const isVirtual = ({ width, height, pressure, pointerType }: PointerEvent): boolean =>
  width + height === 0 || (width * height === 1 && pressure === 0 && pointerType === 'mouse');

/** `children` stand between the lamp and the line that says what it does. */
export function HoldLamp({ onPress, children }: { onPress: () => void; children: ComponentChildren }) {
  const current = useRef<Hold | null>(null);
  const virtual = useRef(false);
  const [held, setHeld] = useState<Hold | null>(null);
  const [tooShort, setTooShort] = useState(false);
  const take = (event: HoldEvent, by?: Hold['by']) => {
    // Under the blank page of quick hide nothing is pressed.
    const [next, effect] = nextHold(current.current, state.hidden ? 'away' : event, performance.now(), by);
    // Felt where the phone can, at the start, in the middle and at the end; a browser refuses it before the first tap.
    if (next !== current.current && effect !== 'press' && navigator.userActivation?.hasBeenActive)
      navigator.vibrate?.(next ? [30, 970, 30, 970, 60] : 0);
    current.current = next;
    setHeld(next);
    if (effect) setTooShort(effect === 'too-short');
    if (effect === 'press') onPress();
  };
  const away = () => take('away');
  useEffect(() => {
    if (!held) return;
    const timer = setTimeout(take, HOLD_MS + 5, 'due');
    for (const event of AWAY) addEventListener(event, away);
    return () => {
      clearTimeout(timer);
      for (const event of AWAY) removeEventListener(event, away);
    };
  }, [held]);
  const onKey = (event: KeyboardEvent) => {
    const { key, type, repeat } = event;
    if (key !== ' ' && key !== 'Enter') return;
    // A tap on the key is no press either.
    event.preventDefault();
    if (!repeat) take(type === 'keyup' ? 'up' : 'down', key);
  };
  return (
    <>
      <button
        type="button"
        class="hold dial"
        aria-label={t('press.button')}
        aria-describedby="hold"
        onPointerDown={(event) => {
          virtual.current = isVirtual(event);
          if (!event.button && !virtual.current) take('down', event.pointerId);
        }}
        onPointerMove={({ currentTarget, pointerId, clientX, clientY }) => {
          // A touch is followed beyond the lamp, and counts anew when it is back.
          if (currentTarget.hasPointerCapture(pointerId))
            take(currentTarget.contains(document.elementFromPoint(clientX, clientY)) ? 'down' : 'away', pointerId);
        }}
        onPointerUp={({ pointerId }) => take('up', pointerId)}
        onPointerCancel={away}
        onPointerLeave={away}
        // No menu takes the finger from it.
        onContextMenu={(event) => event.preventDefault()}
        onKeyDown={onKey}
        onKeyUp={onKey}
        onBlur={away}
        // A screen reader cannot hold: what it activates is pressed at once. A key makes no click here.
        onClick={({ detail }) => {
          if (!detail || virtual.current) onPress();
        }}
      >
        {held && (
          <svg key={held.since} viewBox="0 0 200 200" aria-hidden="true">
            <use class="left run" href="#dial" />
          </svg>
        )}
        <Lamp state="dim tall" />
      </button>
      {children}
      <p class="soft small" id="hold" role="status">
        {t(tooShort ? 'lock.hold-longer' : 'lock.hold')}
      </p>
      {/* For a hand that trembles, or a switch instead of a finger. Taps on two things are no accident either. */}
      <div hidden={!tooShort}>
        <Button kind="quiet" onPress={onPress}>
          {t('lock.hold-cannot')}
        </Button>
      </div>
    </>
  );
}
