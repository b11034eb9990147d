// My plan: kept encrypted on this phone, so that it is there without a network. What is changed without one is sent once there is.
import { api } from '../api/client';
import type { Plan, Problem } from '../contract/types';
import { isEmptyPlan } from '../domain/plan';
import { whenForgotten } from '../platform/forget';
import type { Sealed } from '../platform/sealing';
import { putSealed } from '../platform/sealing';
import { get } from '../platform/storage';
import { decrypt } from '../vault/vault';
import { state } from './store';

/** Nothing tells that another phone has changed the plan, so it is fetched now and then. */
const FETCH_AFTER_MS = 10 * 60_000;

/** `errors`: where something cannot be used, as `body.professionals.1.phone`. */
type Refusal = Problem & { errors?: { at: string }[] };

export interface KeptPlan {
  /** Whose it is. */
  person_id: string;
  plan: Plan;
  /** It has not reached the server. */
  waiting: boolean;
  /** Why the server does not take it. It stays here, as it was typed. */
  problem: Refusal | null;
}

/** Where nothing can be sealed, it lasts until the page is closed. */
let held: KeptPlan | null = null;
let fetched = { at: 0, by: '' };
let running: Promise<void> | null = null;
whenForgotten(() => {
  held = null;
  fetched = { at: 0, by: '' };
});

/** Return the plan on this phone; null where there is none of this person. */
export async function readPlan(): Promise<KeptPlan | null> {
  try {
    const sealed = isSecureContext && (await get<Sealed>('plan'));
    const kept = sealed ? await decrypt<KeptPlan>(sealed) : held;
    return kept?.person_id === state.me?.id ? kept : null;
  } catch {
    return held?.person_id === state.me?.id ? held : null;
  }
}

async function keepPlan(kept: KeptPlan): Promise<void> {
  // Somebody signed out meanwhile: leave nothing behind.
  if (state.session !== 'in' || state.me?.id !== kept.person_id) return;
  held = kept;
  if (isSecureContext) await putSealed('plan', 'key', kept);
}

/** Keep a changed plan, and send it if that is possible now. Return what became of it. */
export async function savePlan(plan: Plan): Promise<KeptPlan | null> {
  if (state.me) await keepPlan({ person_id: state.me.id, plan, waiting: true, problem: null });
  await running;
  await syncPlan();
  return readPlan();
}

/** Send a plan that waits, or fetch it when that was long ago. Safe to call at any time: one runs after another. */
export function syncPlan(): Promise<void> {
  running ??= sync().finally(() => (running = null));
  return running;
}

async function sync(): Promise<void> {
  // A press comes first.
  if (!state.me || state.session !== 'in' || state.pendingPress) return;
  // Kept now: whoever signs out meanwhile is gone from the state.
  const person_id = state.me.id;
  if (Date.now() - fetched.at < FETCH_AFTER_MS && fetched.by === person_id && !held?.waiting) return;
  const kept = await readPlan();
  if (kept?.waiting) return kept.problem ? undefined : send(kept);
  const { data } = await api.GET('/v1/me/plan');
  if (!data || state.me?.id !== person_id) return;
  fetched = { at: Date.now(), by: person_id };
  const now = await readPlan();
  // It may have been changed here while it was read there.
  if (!now?.waiting && (now || !isEmptyPlan(data)))
    await keepPlan({ person_id, plan: data, waiting: false, problem: null });
}

async function send(kept: KeptPlan): Promise<void> {
  const { data, error } = await api.PUT('/v1/me/plan', { body: kept.plan });
  const now = await readPlan();
  if (!now) return;
  // Changed while it was on its way: what was typed last is sent as well.
  if (JSON.stringify(now.plan) !== JSON.stringify(kept.plan)) return send(now);
  if (data) await keepPlan({ ...kept, plan: data, waiting: false });
  else if ((error as Refusal).status === 422) await keepPlan({ ...kept, problem: error as Refusal });
}
