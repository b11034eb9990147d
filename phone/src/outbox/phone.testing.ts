// For tests: a phone's IndexedDB and locks, empty each time, and a server of which the test is the voice.
import { IDBFactory } from 'fake-indexeddb';
import { vi } from 'vitest';

export interface SentRequest {
  url: string;
  /** Only where it is no POST. */
  method?: string;
  key: string;
  body: unknown;
}
type Answer = { status: number; body: unknown } | 'no network' | 'HTML';

/** Locks as a browser has them: one at a time under each name. */
function locks() {
  const last = new Map<string, Promise<unknown>>();
  return {
    request<T>(name: string, _: object, act: () => Promise<T>): Promise<T> {
      const turn = (last.get(name) ?? Promise.resolve()).then(act, act);
      last.set(name, turn);
      return turn;
    },
  };
}

/** A new phone. The modules are loaded anew, as after a start: `(await phone()).flush`. */
export async function phone({ indexedDB = new IDBFactory() as unknown } = {}) {
  vi.resetModules();
  vi.stubGlobal('indexedDB', indexedDB);
  vi.stubGlobal('navigator', { locks: locks() });
  return { ...(await import('./flush')), ...(await import('../platform/storage')) };
}

/** What the server says, in turn; the last one again and again. Gives the list of what it was asked. */
export function server(...answers: [Answer, ...Answer[]]): SentRequest[] {
  const requests: SentRequest[] = [];
  vi.stubGlobal('fetch', async (url: string, init: RequestInit) => {
    const answer = answers[Math.min(requests.length, answers.length - 1)] as Answer;
    requests.push({
      url,
      ...(init.method !== 'POST' && { method: init.method ?? '' }),
      key: new Headers(init.headers).get('Idempotency-Key') ?? '',
      body: JSON.parse(String(init.body)),
    });
    await new Promise((resolve) => setTimeout(resolve, 5));
    if (answer === 'no network') throw new TypeError('Failed to fetch');
    if (answer === 'HTML')
      return new Response('<html>Welcome to our Wi-Fi</html>', { headers: { 'Content-Type': 'text/html' } });
    return new Response(JSON.stringify(answer.body), { status: answer.status });
  });
  return requests;
}

export const problem = (status: number, slug: string): Answer => ({
  status,
  body: { type: `/problems/${slug}`, status },
});
