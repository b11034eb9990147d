// Line icons; decorative, beside words or in a labelled button. Their paths are in index.html.
export const ICONS = [
  'home',
  'inbox',
  'circle',
  'settings',
  'call',
  'text',
  'back',
  'next',
  'send',
  'plus',
  'more',
  'grip',
  'down',
  'close',
  'edit',
  'check',
  'key',
  'share',
  'add',
] as const;
export type IconName = (typeof ICONS)[number];

export function Icon({ name }: { name: IconName }) {
  return (
    <svg class="i" viewBox="0 0 24 24" aria-hidden="true">
      <use href={`#i-${name}`} />
    </svg>
  );
}
