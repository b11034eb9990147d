// My plan on this phone: kept sealed, sent once, and never lost to a problem or an older copy.
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Me } from '../contract/types';
import { EMPTY_PLAN } from '../domain/plan';
import { phone } from '../outbox/phone.testing';

const PLAN = { ...EMPTY_PLAN, alone: ['Cold water'] };
const reply = (status: number, body: unknown) =>
  new Response(JSON.stringify(body), { status, headers: { 'Content-Type': 'application/json' } });

beforeEach(() => vi.stubGlobal('isSecureContext', true));
afterEach(() => vi.unstubAllGlobals());

/** A phone with somebody signed in, and a server that answers as `answer` says. */
async function signedIn(answer: (method: string, body: unknown) => Response | Promise<Response>) {
  const storage = await phone();
  const { change } = await import('./store');
  const asked: [string, unknown][] = [];
  vi.stubGlobal('fetch', (_: string, { method, body }: { method: string; body: string | null }) => {
    const sent: unknown = body ? JSON.parse(body) : null;
    asked.push([method, sent]);
    return Promise.resolve(answer(method, sent));
  });
  change({ me: { id: 'noor' } as Me, session: 'in' });
  return { ...storage, ...(await import('./plan')), change, asked };
}

const offline = () => Promise.reject<Response>(new TypeError('no network'));

test('without a network it is kept, sealed, and sent once there is one', async () => {
  let online = false;
  const { asked, get, readPlan, savePlan, syncPlan } = await signedIn((_, body) =>
    online ? reply(200, body) : offline(),
  );
  expect(await savePlan(PLAN)).toMatchObject({ plan: PLAN, waiting: true, problem: null });
  const { sealed } = (await get<{ sealed: ArrayBuffer }>('plan')) as { sealed: ArrayBuffer };
  expect(Buffer.from(sealed).toString('latin1')).not.toContain('Cold water');
  online = true;
  await Promise.all([syncPlan(), syncPlan()]);
  expect(await readPlan()).toMatchObject({ plan: PLAN, waiting: false });
  expect(asked.filter(([method]) => method === 'PUT')).toHaveLength(2);
});

test('what is not accepted stays as it was typed, with the reason, and is not sent again by itself', async () => {
  const problem = { type: '/problems/invalid', status: 422, errors: [{ at: 'body.professionals.0.phone' }] };
  const { asked, readPlan, savePlan, syncPlan } = await signedIn(() => reply(422, problem));
  expect(await savePlan(PLAN)).toMatchObject({ plan: PLAN, waiting: true, problem });
  await syncPlan();
  expect(asked).toHaveLength(1);
  expect((await readPlan())?.plan).toEqual(PLAN);
});

test('a plan changed while it is on its way is sent as well, and the last one stays', async () => {
  const later = { ...PLAN, alone: ['Music'] };
  let first = true;
  const { asked, readPlan, savePlan } = await signedIn(async (_, body) => {
    if (first) {
      first = false;
      void savePlan(later);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    return reply(200, body);
  });
  await savePlan(PLAN);
  await vi.waitFor(async () => expect(await readPlan()).toMatchObject({ plan: later, waiting: false }));
  expect(asked.map(([, body]) => body)).toContainEqual(later);
});

test('a plan that was made on another phone is fetched', async () => {
  const { readPlan, syncPlan } = await signedIn(() => reply(200, PLAN));
  expect(await readPlan()).toBeNull();
  await syncPlan();
  expect((await readPlan())?.plan).toEqual(PLAN);
});

test('it is nobody else’s', async () => {
  const { change, readPlan, savePlan } = await signedIn((_, body) => reply(200, body));
  await savePlan(PLAN);
  change({ me: { id: 'ben' } as Me });
  expect(await readPlan()).toBeNull();
});
