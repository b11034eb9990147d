// Small components that every screen uses: headline, buttons, messages, radio groups, sheets, the bar at the bottom.
import type { ComponentChildren } from 'preact';
import { useEffect, useLayoutEffect, useState } from 'preact/hooks';
import { t } from '../i18n';
import { focusHeading, heading, to } from '../store/router';
import { change, state } from '../store/store';
import type { IconName } from './icons';
import { Icon } from './icons';

/** The main sentence of a screen. `live`: it changes by itself, and a screen reader announces it. */
export function Headline({ children, small, live }: { children: ComponentChildren; small?: boolean; live?: boolean }) {
  // Before it is painted: no frame shows the new screen where the one before was scrolled to.
  useLayoutEffect(() => {
    // A screen that replaces another at the same address also begins at its top.
    scrollTo(0, 0);
    // The focused element went away with the previous screen: keyboard and screen reader continue here.
    if (document.activeElement === document.body) focusHeading();
  }, []);
  useEffect(() => {
    // A live region that is inserted with its text stays silent, so this one is always in the page.
    const announcer = document.getElementById('announcer');
    const words = live ? heading()?.textContent : '';
    if (announcer && announcer.textContent !== words) announcer.textContent = words ?? '';
  });
  return (
    <h1 class={small ? 'say-2' : 'say'} tabIndex={-1}>
      {children}
    </h1>
  );
}

/** A button that waits for `onPress` and ignores further presses meanwhile. Not `disabled`: that would take the focus from it. */
export function Button({
  kind = '',
  icon,
  submit,
  onPress,
  children,
  label,
}: {
  kind?: string;
  icon?: IconName;
  submit?: boolean;
  onPress?: () => unknown;
  children?: ComponentChildren;
  label?: string;
}) {
  const [busy, setBusy] = useState(false);
  const press = async () => {
    if (busy) return;
    setBusy(true);
    try {
      await onPress?.();
    } catch (error) {
      console.error(error);
      // A button that does nothing when it is pressed would be the worst reply.
      change({ toast: t('all.error') });
    }
    setBusy(false);
  };
  return (
    <button
      type={submit ? 'submit' : 'button'}
      class={`btn ${kind}`}
      aria-disabled={busy}
      aria-label={label}
      onClick={onPress && press}
    >
      {icon && <Icon name={icon} />}
      {children}
    </button>
  );
}

/** An error message, announced at once by a screen reader; nothing for an empty one. */
export function ErrorText({ children }: { children: string }) {
  return children && <p role="alert">{children}</p>;
}

/** A passing message, on top of the page and of a sheet before it. It is in the page before it says anything: else it stays silent. */
export function Toast({ children }: { children: string }) {
  return (
    <p class="banner" role="status">
      {children}
    </p>
  );
}

/** A group of radio buttons, shown as round choices. */
export function RadioGroup<T extends string | number>({
  legend,
  name,
  options,
  value,
  onPick,
  kind = '',
  asked,
}: {
  legend: string;
  name: string;
  options: [T, ComponentChildren][];
  value: T | null | undefined;
  onPick: (value: T) => void;
  kind?: string;
  /** The legend is shown, as a question above the choices. */
  asked?: boolean;
}) {
  return (
    <fieldset class={`pick ${kind}`}>
      <legend class={asked ? 'ask' : 'sr'}>{legend}</legend>
      {options.map(([option, shown]) => (
        <label key={option}>
          <input name={name} type="radio" checked={option === value} onChange={() => onPick(option)} />
          {shown}
        </label>
      ))}
    </fieldset>
  );
}

/** For `ref`: open a dialog above everything else as soon as it is mounted. */
export const asModal = (dialog: HTMLDialogElement | null): void => dialog?.showModal();

/** A sheet from the bottom edge. The browser's own dialog handles Escape, focus and the page behind it. */
export function Sheet({
  title,
  onClose,
  children,
}: {
  title: string;
  onClose: () => void;
  children: ComponentChildren;
}) {
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: a tap beside the sheet; a keyboard has Escape and the button below.
    <dialog
      class="sheet"
      ref={asModal}
      aria-labelledby="sheet"
      onClose={onClose}
      onClick={({ target, currentTarget }) => target === currentTarget && currentTarget.close()}
    >
      <Toast>{state.toast}</Toast>
      <h2 class="say-2" id="sheet">
        {title}
      </h2>
      {children}
      <button type="button" class="btn quiet" onClick={({ currentTarget }) => currentTarget.closest('dialog')?.close()}>
        {t('all.close')}
      </button>
    </dialog>
  );
}

const TABS = ['home', 'inbox', 'circle', 'settings'] as const;

export function Nav({ current }: { current: string }) {
  return (
    <nav class="nav" aria-label={t('all.nav')}>
      <ul>
        {TABS.map((tab) => (
          <li key={tab}>
            <a href={tab === 'home' ? to() : to(tab)} aria-current={tab === current ? 'page' : undefined}>
              <Icon name={tab} />
              {t(`tab.${tab}`)}
              {((tab === 'inbox' && state.unread) || (tab === 'circle' && state.newToHelper)) && (
                <>
                  <span class="dot" />
                  <span class="sr">{t('tab.new')}</span>
                </>
              )}
            </a>
          </li>
        ))}
      </ul>
    </nav>
  );
}
