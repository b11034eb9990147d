// My plan on the screens of a press: what I can do meanwhile, folded together. Nothing without a plan.

import { useEffect, useState } from 'preact/hooks';
import type { Plan } from '../contract/types';
import { forHardHour } from '../domain/plan';
import { t } from '../i18n';
import { readPlan, syncPlan } from '../store/plan';
import { Icon } from './icons';
import { Lamp } from './lamp';

export function PlanFold({ open }: { open?: boolean }) {
  const [plan, setPlan] = useState<Plan>();
  useEffect(() => {
    const read = async () => {
      // A phone that has just been signed in on may not have it yet.
      if (!(await readPlan())) await syncPlan();
      setPlan((await readPlan())?.plan);
    };
    void read();
  }, []);
  const steps = plan ? forHardHour(plan) : [];
  if (!plan || (!steps.length && !plan.reasons.length)) return null;
  return (
    <details class="card fold" open={open}>
      <summary>
        <Lamp state="lit" />
        <span>{t('plan.name')}</span>
        <Icon name="down" />
      </summary>
      <ol class="plan short">
        {steps.map((entries) => (
          <li key={entries[0]}>
            {entries.map((entry) => (
              <p key={entry}>{entry}</p>
            ))}
          </li>
        ))}
      </ol>
      <Reasons of={plan} />
    </details>
  );
}

/** What I stay for, in my own words. */
export function Reasons({ of }: { of: Plan }) {
  return (
    <>
      {of.reasons.map((reason) => (
        <blockquote class="words" key={reason}>
          {reason}
        </blockquote>
      ))}
    </>
  );
}
