// A field that is taken away and made anew in the same moment, because what surrounds it became another screen.
import { useLayoutEffect, useRef } from 'preact/hooks';
import { whenForgotten } from '../platform/forget';

/** The field that was being typed into when it was taken away a moment ago, with what stood and was chosen in it. */
let left: { name: string; value: string; from: number | null; until: number | null } | null = null;
whenForgotten(() => {
  left = null;
});

/** For `ref` of what the field stands in: whoever was typing into the field of this name goes on in the new one. */
export function useMovingField<T extends HTMLElement>(name: string) {
  const around = useRef<T>(null);
  useLayoutEffect(() => {
    const field = around.current?.querySelector('input');
    if (field && left?.name === name) {
      field.value = left.value;
      field.focus({ preventScroll: true });
      field.setSelectionRange(left.from, left.until);
    }
    return () => {
      if (!field || document.activeElement !== field) return;
      left = { name, value: field.value, from: field.selectionStart, until: field.selectionEnd };
      setTimeout(() => (left = null));
    };
  }, [name]);
  return around;
}
