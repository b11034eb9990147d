// What takes the place of what was pressed: whoever goes by keyboard or screen reader goes on here, and not at the top of the page.
import type { ComponentChildren } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';

/** `of`: what is shown. Once it is another, and the focus went away with what was there, the first thing here has it. */
export function InPlace({ of, children }: { of: unknown; children: ComponentChildren }) {
  const here = useRef<HTMLDivElement>(null);
  const before = useRef(of);
  useLayoutEffect(() => {
    if (before.current !== of && document.activeElement === document.body)
      here.current?.querySelector<HTMLElement>('[tabindex], button, a')?.focus({ preventScroll: true });
    before.current = of;
  });
  return (
    <div class="in-place" ref={here}>
      {children}
    </div>
  );
}
