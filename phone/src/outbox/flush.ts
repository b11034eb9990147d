// Sends the stored press or all-clear, once, from the page or the service worker.
import { post } from '../api/post';
import type { Outcome, Press, Step } from '../domain/press';
import { nextStep, outcomeOf, requestBody, requestPath } from '../domain/press';
import { newKey } from '../platform/random-key';
import { drop, get, put } from '../platform/storage';
import { serializer } from './lock';

const serialized = serializer('porchlight-press');

export type Flushed = { kind: 'none' } | Step | { kind: 'done'; outcome: Outcome; reply: unknown; press: Press };

/** Make one attempt. A lock keeps page and worker from sending at the same time; the key makes even that harmless. */
export function flush(who: string | undefined): Promise<Flushed> {
  return serialized(async () => {
    const press = await get<Press>('press');
    if (!press || press.person_id !== who) return { kind: 'none' };
    const step = nextStep(press, Date.now());
    if (step.kind !== 'send') return step;
    const [result, reply] = await send(press);
    const settled = result === 'sent' || result === 'nobody' || result === 'over';
    // Signed out meanwhile, here or in another tab, while the worker was sending: what is there by now is another press, or none.
    const isKept = (await get<Press>('press'))?.key === press.key;
    if (isKept && settled) await drop('press');
    else if (isKept) await put('press', { ...press, ...(result === 'new-key' ? { key: newKey() } : { held: result }) });
    return { kind: 'done', outcome: result, reply, press };
  });
}

/** Send one request. Only for a caller that holds the lock, or cannot wait for it. */
export async function send(press: Press): Promise<[Outcome, unknown]> {
  try {
    const response = await post(requestPath(press), requestBody(press), press.key);
    const reply: unknown = await response.json();
    return [outcomeOf(response.status, (reply as { type?: string }).type ?? '', press.close !== undefined), reply];
  } catch {
    return ['network-error', null];
  }
}

/** Change or drop the stored press, never in the middle of sending it. */
export function amend(act: (press: Press) => Press | null): Promise<Press | null> {
  return serialized(async () => {
    const press = await get<Press>('press');
    const amended = press ? act(press) : null;
    if (amended) await put('press', amended);
    else await drop('press');
    return amended;
  });
}
