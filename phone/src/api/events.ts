// The event stream: ids only, so whatever comes means "look again". A browser has six connections to a server that speaks
// HTTP/1.1, shared by all its tabs, and a press needs one: so there is one stream a browser, and none while nobody looks.
import { MOMENT_MS } from '../platform/timeout';

const AGAIN_MS = 5_000;
const LOCK = 'porchlight-stream';
const CHANNEL = 'porchlight-news';
/** How often the page that holds the stream says so; a page that hears nothing for twice as long opens its own. */
const ALIVE_MS = 5_000;
const KINDS = ['notice', 'reach_out', 'bookend', 'resync'];
const ALIVE = 'alive';

let source: EventSource | null = null;
let stop: (() => void) | null = null;
let again: (() => void) | null = null;
/** The stream is held back: a press needs the connection more. */
let held = false;

/** Listen until `silence` is called; `news` receives the kind: open, notice, reach_out, bookend or resync. */
export function listen(news: (kind: string) => void): void {
  silence();
  let over = false;
  const channel = typeof BroadcastChannel === 'function' ? new BroadcastChannel(CHANNEL) : null;
  let heard = Date.now();
  let retry = 0;
  /** Nobody listened for a while: whatever happened then has to be fetched. */
  let missed = false;
  let release: (() => void) | null = null;

  const tell = (kind: string) => {
    channel?.postMessage(kind);
    if (kind !== ALIVE) news(kind);
  };
  const open = () => {
    clearTimeout(retry);
    source?.close();
    const stream = new EventSource('/v1/events');
    source = stream;
    stream.onopen = () => {
      tell(missed ? 'resync' : 'open');
      missed = false;
    };
    for (const kind of KINDS) stream.addEventListener(kind, () => tell(kind));
    stream.onerror = () => {
      // A browser gives up after an answer that is no stream (a proxy's page, a server that is starting); we do not.
      if (stream.readyState === EventSource.CLOSED && source === stream) retry = self.setTimeout(open, AGAIN_MS);
    };
  };
  /** Only a page that somebody looks at, and only where no other one of this browser does it. */
  const take = () => {
    if (document.hidden || source || over || held) return;
    const { locks } = navigator as Partial<Navigator>;
    if (!locks || !channel || release) return open();
    let answered = false;
    const request = locks.request(LOCK, { ifAvailable: true }, (lock) => {
      answered = true;
      // Whoever holds it and has said nothing for a while is a frozen page.
      if (over || source || (!lock && Date.now() - heard < 2 * ALIVE_MS)) return undefined;
      open();
      return new Promise<void>((resolve) => (release = resolve));
    });
    request.catch(() => undefined);
    setTimeout(() => answered || over || source || open(), MOMENT_MS);
  };
  const letGo = () => {
    clearTimeout(retry);
    source?.close();
    source = null;
    release?.();
    release = null;
  };
  const takeOver = () => {
    missed ||= !source;
    take();
  };
  const shown = () => (document.hidden ? letGo() : takeOver());
  const timer = setInterval(() => (source ? channel?.postMessage(ALIVE) : takeOver()), ALIVE_MS);

  if (channel) {
    channel.onmessage = ({ data }: MessageEvent<string>) => {
      heard = Date.now();
      if (data !== ALIVE) news(data);
    };
  }
  document.addEventListener('visibilitychange', shown);
  stop = () => {
    over = true;
    clearInterval(timer);
    document.removeEventListener('visibilitychange', shown);
    letGo();
    channel?.close();
  };
  again = takeOver;
  take();
}

export function silence(): void {
  stop?.();
  stop = again = null;
}

/** Run `act` while the stream is closed, and reopen it afterwards. */
export async function withoutStream<T>(act: () => Promise<T>): Promise<T> {
  held = true;
  source?.close();
  source = null;
  try {
    return await act();
  } finally {
    held = false;
    again?.();
  }
}
