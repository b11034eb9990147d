// My plan for a hard hour: read without a network too. Before there is one: how to begin, alone or with somebody.

import type { ComponentChildren } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { Button, Headline } from '../components/basics';
import { Icon } from '../components/icons';
import { Call, CallRow, LineButton, nameOf, role } from '../components/people';
import { Reasons } from '../components/plan-fold';
import { Back } from '../components/sub-page';
import type { Member, Plan } from '../contract/types';
import { activeMembers } from '../domain/circle';
import type { Step } from '../domain/plan';
import { isEmptyPlan, isList, STEPS } from '../domain/plan';
import { sponsorFirst } from '../domain/sponsor-first';
import { t } from '../i18n';
import type { KeptPlan } from '../store/plan';
import { readPlan, syncPlan } from '../store/plan';
import { to } from '../store/router';
import { state } from '../store/store';
import { loadPlanDraft, PlanEdit } from './plan-edit';

export function PlanPage({ part }: { part?: string | undefined }) {
  const [kept, setKept] = useState<KeptPlan | null>();
  const read = () => Promise.all([readPlan(), loadPlanDraft()]).then(([plan]) => setKept(plan));
  useEffect(() => void read().then(syncPlan).then(read), [state.refreshes, part]);
  if (kept === undefined) return <main class="page" aria-busy="true" />;
  if (part === 'edit') return <PlanEdit kept={kept} />;
  return kept && !isEmptyPlan(kept.plan) ? <PlanView kept={kept} /> : <Begin />;
}

const toEdit = (): string => to('settings', 'plan', 'edit');

/** One's own plan, begun alone or with somebody: in a call, or with the phone between the two. */
function Begin() {
  const [together, setTogether] = useState(false);
  const [helper] = sponsorFirst(activeMembers(state.circle));
  const name = nameOf(helper);
  return (
    <main class="page">
      <Back href={to('settings')}>{t('tab.settings')}</Back>
      <section class="stack">
        <Headline>{t('plan.begin')}</Headline>
        <p>{t('plan.begin-say')}</p>
        <p class="soft">{t('plan.mine-alone')}</p>
      </section>
      <section class="stack">
        <a class="btn main" href={toEdit()}>
          {t('plan.alone')}
        </a>
        {helper && !together && <Button onPress={() => setTogether(true)}>{t('plan.with', { name })}</Button>}
        {helper && together && (
          <div class="card" role="status">
            <p>{t('plan.with-say', { name })}</p>
            {helper.contact && <Call number={helper.contact}>{t('all.call', { name })}</Call>}
            <a class="btn" href={toEdit()}>
              {t('plan.hand-over')}
            </a>
          </div>
        )}
      </section>
    </main>
  );
}

function PlanView({ kept }: { kept: KeptPlan }) {
  const { plan, waiting, problem } = kept;
  return (
    <main class="page">
      <Back href={to('settings')}>{t('plan.kept-here')}</Back>
      <section class="stack">
        <Headline>{t('plan.head')}</Headline>
        <Reasons of={plan} />
        {waiting && <p role="status">{t(problem ? 'plan.refused' : 'plan.not-sent')}</p>}
      </section>
      <ol class="plan">
        {STEPS.map((step) => {
          const shown = stepContent(plan, step);
          return (
            shown && (
              <PlanStep key={step} head={t(`plan-step.${step}`)}>
                {shown}
              </PlanStep>
            )
          );
        })}
      </ol>
      {plan.help_me && (
        <section class="card">
          <h2 class="head">{t('plan.help-me')}</h2>
          <p class="words">{plan.help_me}</p>
          <p class="soft small">{t('plan.help-me-say')}</p>
        </section>
      )}
      <div class="two">
        <a class="btn" href={toEdit()}>
          <Icon name="edit" />
          {t('plan.change')}
        </a>
        <Button onPress={() => print()}>{t('plan.print')}</Button>
      </div>
    </main>
  );
}

const PlanStep = ({ head, children }: { head: string; children: ComponentChildren }) => (
  <li>
    <h2 class="name">{head}</h2>
    {children}
  </li>
);

/** What stands in a step; nothing for one that was left out. */
function stepContent(plan: Plan, step: Step): ComponentChildren {
  if (isList(step)) return plan[step].length > 0 && plan[step].map((entry) => <p key={entry}>{entry}</p>);
  if (step === 'people') {
    const people = peopleOf(plan);
    return (
      people.length > 0 && (
        <ul class="rows">
          {people.map((member) => (
            <PersonRow key={member.id} of={member} />
          ))}
        </ul>
      )
    );
  }
  return (
    <>
      {plan.professionals.length > 0 && (
        <ul class="rows">
          {plan.professionals.map(({ name, phone }) => (
            <CallRow key={phone} number={phone} title={t('all.call', { name })} says="" />
          ))}
        </ul>
      )}
      <LineButton helplines={state.helplines} />
    </>
  );
}

function PersonRow({ of }: { of: Member }) {
  const name = nameOf(of);
  if (of.contact) return <CallRow warm number={of.contact} title={t('all.call', { name })} says={role(of.role)} />;
  return (
    <li>
      <p>
        {name}, {role(of.role)}
      </p>
    </li>
  );
}

/** The members in a plan who are still in the circle. */
export const peopleOf = (plan: Plan): Member[] =>
  plan.people.flatMap((id) => state.circle?.find((member) => member.id === id) ?? []);
