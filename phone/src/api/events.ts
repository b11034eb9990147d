// The event stream: ids only, so whatever comes means "look again".
const AGAIN_MS = 5_000;
let source: EventSource | null = null;
let timer = 0;

/** Listens until `silence` is called; `news` is told the kind: open, notice, reach_out, bookend or resync. */
export function listen(news: (kind: string) => void): void {
  silence();
  const stream = new EventSource('/v1/events');
  source = stream;
  for (const kind of ['open', 'notice', 'reach_out', 'bookend', 'resync']) stream.addEventListener(kind, () => news(kind));
  stream.onerror = () => {
    // A browser gives up after an answer that is no stream (a proxy's page, a server that is starting); we do not.
    if (stream.readyState === EventSource.CLOSED && source === stream) timer = self.setTimeout(() => listen(news), AGAIN_MS);
  };
}

export function silence(): void {
  clearTimeout(timer);
  source?.close();
  source = null;
}
