// Line icons on a 24 × 24 ground; decorative, the words beside them or the button's label speak.
const PATHS = {
  home: 'M3.5 11.5 12 4l8.5 7.5M6 9.6V20h12V9.6M12 12c1.6 1.7 2.2 2.7 2.2 3.8a2.2 2.2 0 0 1-4.4 0c0-1.1.6-2.1 2.2-3.8z',
  inbox: 'M4 13.5 6.5 5h11L20 13.5V19H4zM4 13.5h4.5L10 16h4l1.5-2.5H20',
  circle: 'M12 3a2.5 2.5 0 1 1 0 5 2.5 2.5 0 1 1 0-5zM5.5 14a2.5 2.5 0 1 1 0 5 2.5 2.5 0 1 1 0-5zM18.5 14a2.5 2.5 0 1 1 0 5 2.5 2.5 0 1 1 0-5zM8.9 7.5A7.5 7.5 0 0 0 5 13M15.1 7.5A7.5 7.5 0 0 1 19 13M8.5 18.8a7.5 7.5 0 0 0 7 0',
  settings: 'M4 7h9.5M18.5 7H20M4 17h1.5M10.5 17H20M16 4.5a2.5 2.5 0 1 1 0 5 2.5 2.5 0 1 1 0-5zM8 14.5a2.5 2.5 0 1 1 0 5 2.5 2.5 0 1 1 0-5z',
  call: 'M6.5 3.5H10l1.5 4.5-2 1.5a12 12 0 0 0 5 5l1.5-2 4.5 1.5v3.5a2 2 0 0 1-2 2A15.5 15.5 0 0 1 4.5 5.5a2 2 0 0 1 2-2z',
  text: 'M4.5 5h15A1.5 1.5 0 0 1 21 6.5v9a1.5 1.5 0 0 1-1.5 1.5H11l-4.5 3.5V17h-2A1.5 1.5 0 0 1 3 15.5v-9A1.5 1.5 0 0 1 4.5 5z',
  back: 'M14.5 5.5 8 12l6.5 6.5',
  next: 'M9.5 5.5 16 12l-6.5 6.5',
  send: 'M5 12h14M13 6l6 6-6 6',
  plus: 'M12 5v14M5 12h14',
  more: 'M12 5.5v.01M12 12v.01M12 18.5v.01',
  grip: 'M9 6v.01M9 12v.01M9 18v.01M15 6v.01M15 12v.01M15 18v.01',
};
export type IconName = keyof typeof PATHS;
const FLIPPED = ['back', 'next', 'send'];
const DOTS = ['more', 'grip'];

export function Icon({ name }: { name: IconName }) {
  const extra = FLIPPED.includes(name) ? ' flip' : DOTS.includes(name) ? ' dots' : '';
  return (
    <svg class={`i${extra}`} viewBox="0 0 24 24" aria-hidden="true">
      <path d={PATHS[name]} />
    </svg>
  );
}
