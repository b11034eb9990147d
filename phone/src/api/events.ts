// The event stream: ids only, so every event means "fetch again". Over HTTP/1.1 a browser has six connections to a
// server, shared by all its tabs, and a press needs one: so there is one stream per browser, and none while no tab is
// visible.
import { MOMENT_MS } from '../platform/timeout';

const RECONNECT_MS = 5_000;
const LOCK = 'porchlight-stream';
const CHANNEL = 'porchlight-news';
/** Interval of the heartbeat from the page that holds the stream; after twice as long without one, another page opens its own. */
const HEARTBEAT_MS = 5_000;
const KINDS = ['notice', 'reach_out', 'bookend', 'thread', 'resync'];
const HEARTBEAT = 'alive';

let source: EventSource | null = null;
let stop: (() => void) | null = null;
let resumeStream: (() => void) | null = null;
/** Paused while a press needs the connection. */
let paused = false;

/** Listen until `silence` is called; `onEvent` receives the kind: open, notice, reach_out, bookend or resync. */
export function listen(onEvent: (kind: string) => void): void {
  silence();
  let stopped = false;
  const channel = typeof BroadcastChannel === 'function' ? new BroadcastChannel(CHANNEL) : null;
  let lastMessageAt = Date.now();
  let retryTimer = 0;
  /** No stream was open for a while, so events may have been missed. */
  let mayHaveMissed = false;
  let releaseLock: (() => void) | null = null;

  const publish = (kind: string) => {
    channel?.postMessage(kind);
    if (kind !== HEARTBEAT) onEvent(kind);
  };
  const open = () => {
    clearTimeout(retryTimer);
    source?.close();
    const stream = new EventSource('/v1/events');
    source = stream;
    stream.onopen = () => {
      publish(mayHaveMissed ? 'resync' : 'open');
      mayHaveMissed = false;
    };
    for (const kind of KINDS) stream.addEventListener(kind, () => publish(kind));
    stream.onerror = () => {
      // A browser gives up after a reply that is no stream (a proxy's page, a server that is starting): reconnect.
      if (stream.readyState === EventSource.CLOSED && source === stream)
        retryTimer = self.setTimeout(open, RECONNECT_MS);
    };
  };
  /** Open the stream if this page is visible and no other page of this browser holds it. */
  const openIfFree = () => {
    if (document.hidden || source || stopped || paused) return;
    const { locks } = navigator as Partial<Navigator>;
    if (!locks || !channel || releaseLock) return open();
    let answered = false;
    const request = locks.request(LOCK, { ifAvailable: true }, (lock) => {
      answered = true;
      // A page that holds the lock without a heartbeat is frozen.
      if (stopped || source || (!lock && Date.now() - lastMessageAt < 2 * HEARTBEAT_MS)) return undefined;
      open();
      return new Promise<void>((resolve) => (releaseLock = resolve));
    });
    request.catch(() => undefined);
    setTimeout(() => answered || stopped || source || open(), MOMENT_MS);
  };
  const close = () => {
    clearTimeout(retryTimer);
    source?.close();
    source = null;
    releaseLock?.();
    releaseLock = null;
  };
  const resume = () => {
    mayHaveMissed ||= !source;
    openIfFree();
  };
  const onVisibilityChange = () => (document.hidden ? close() : resume());
  const timer = setInterval(() => (source ? channel?.postMessage(HEARTBEAT) : resume()), HEARTBEAT_MS);

  if (channel) {
    channel.onmessage = ({ data }: MessageEvent<string>) => {
      lastMessageAt = Date.now();
      if (data !== HEARTBEAT) onEvent(data);
    };
  }
  document.addEventListener('visibilitychange', onVisibilityChange);
  stop = () => {
    stopped = true;
    clearInterval(timer);
    document.removeEventListener('visibilitychange', onVisibilityChange);
    close();
    channel?.close();
  };
  resumeStream = resume;
  openIfFree();
}

export function silence(): void {
  stop?.();
  stop = resumeStream = null;
}

/** Run `act` while the stream is closed, and reopen it afterwards. */
export async function withoutStream<T>(act: () => Promise<T>): Promise<T> {
  paused = true;
  source?.close();
  source = null;
  try {
    return await act();
  } finally {
    paused = false;
    resumeStream?.();
  }
}
