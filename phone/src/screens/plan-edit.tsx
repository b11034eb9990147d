// Making or changing my plan: one step open at a time, a list to choose from before one's own words.

import { useState } from 'preact/hooks';
import { Headline } from '../components/basics';
import { Form } from '../components/form';
import { Icon } from '../components/icons';
import { nameOf } from '../components/people';
import { OwnList, People, Professionals, type Typed, withProfessional } from '../components/plan-steps';
import { Back } from '../components/sub-page';
import { Begun, useDraft } from '../components/use-draft';
import type { Plan } from '../contract/types';
import type { Step } from '../domain/plan';
import { EMPTY_PLAN, isList, LISTS, MAX_ENTRIES, MAX_HELP_LENGTH, MAX_LENGTH, STEPS, withEntry } from '../domain/plan';
import { t } from '../i18n';
import { list } from '../i18n/format';
import type { KeptPlan } from '../store/plan';
import { savePlan } from '../store/plan';
import { fromHere, go, to } from '../store/router';
import { state } from '../store/store';
import { draftTo, loadShown } from '../store/threads';

/** What was changed, and what still stands in the fields. What was not touched is taken from the plan that is kept. */
interface Draft {
  plan: Partial<Plan>;
  typed: Typed;
}

/** The name under which it stands typed. */
const DRAFT = 'plan';
const readDraft = (): Draft => JSON.parse(draftTo(DRAFT) || '{"plan":{},"typed":{}}') as Draft;
/** A plan is edited once this is done. */
export const loadPlanDraft = () => loadShown(DRAFT);

const edited = (kept: KeptPlan | null): Plan => ({ ...EMPTY_PLAN, ...kept?.plan, ...readDraft().plan });

/** The plan with what still stands in the fields, which nobody who presses the button means to lose. */
function complete(kept: KeptPlan | null): Plan {
  const plan = edited(kept);
  const { typed } = readDraft();
  const whole = { ...plan, professionals: withProfessional(plan, typed) };
  for (const step of LISTS) whole[step] = withEntry(plan[step], typed[step] ?? '');
  return whole;
}

export function PlanEdit({ kept }: { kept: KeptPlan | null }) {
  const [, type, found] = useDraft(DRAFT);
  const wrongNumber = numberInTrouble(kept);
  const [open, setOpen] = useState<Step | null>(wrongNumber ? 'professionals' : 'signs');
  const update = (part: Partial<Plan>, words: Typed = {}) => {
    const { plan, typed } = readDraft();
    type(JSON.stringify({ plan: { ...plan, ...part }, typed: { ...typed, ...words } }));
  };
  const save = async () => {
    const ifHere = fromHere();
    let sent: string;
    let whole: Plan;
    let saved: KeptPlan | null;
    // What was typed while it was on its way is kept as well.
    do {
      sent = draftTo(DRAFT);
      whole = complete(kept);
      saved = await savePlan(whole);
    } while (draftTo(DRAFT) !== sent);
    if (saved?.problem) {
      type(JSON.stringify({ plan: whole, typed: {} }));
      const wrong = numberInTrouble(saved);
      if (wrong) setOpen('professionals');
      return wrong ? t('plan.wrong-number', { name: wrong }) : t('plan.refused');
    }
    type();
    ifHere(() => go('settings', 'plan'));
    return '';
  };
  const plan = edited(kept);
  const { typed } = readDraft();
  const props = { plan, typed, update };
  return (
    <main class="page">
      <Back href={to('settings', 'plan')}>{t('plan.name')}</Back>
      <section class="stack tight">
        <Headline>{t('plan.edit')}</Headline>
        <p class="soft">{t('plan.edit-say')}</p>
        {found && <Begun />}
      </section>
      <Form send={save} submit={t('plan.keep')}>
        <ol class="plan edit">
          {STEPS.map((step) => (
            <li key={step}>
              <details class="fold" name="step" open={open === step}>
                <summary>
                  <span>
                    {t(`plan-step.${step}`)}
                    <small>{summary(plan, step)}</small>
                  </span>
                  <Icon name="down" />
                </summary>
                <div class="stack">
                  {isList(step) && <OwnList step={step} {...props} />}
                  {step === 'people' && <People {...props} />}
                  {step === 'professionals' && <Professionals {...props} wrong={wrongNumber} />}
                </div>
              </details>
            </li>
          ))}
        </ol>
        <div class="stack tight">
          <label for="reasons">{t('plan.reasons')}</label>
          <textarea
            class="field"
            id="reasons"
            rows={2}
            maxLength={MAX_LENGTH * 2}
            defaultValue={plan.reasons.join('\n')}
            onInput={(event) =>
              update({
                reasons: event.currentTarget.value
                  .split('\n')
                  .map((line) => line.trim().slice(0, MAX_LENGTH))
                  .filter(Boolean)
                  .slice(0, MAX_ENTRIES),
              })
            }
          />
        </div>
        <div class="stack tight">
          <label for="help-me">{t('plan.help-me')}</label>
          <textarea
            class="field"
            id="help-me"
            rows={3}
            maxLength={MAX_HELP_LENGTH}
            aria-describedby="help-me-say"
            defaultValue={plan.help_me ?? ''}
            onInput={(event) => update({ help_me: event.currentTarget.value.trim() || null })}
          />
          <p class="soft small" id="help-me-say">
            {t('plan.help-me-say')}
          </p>
        </div>
      </Form>
    </main>
  );
}

/** The name beside a number that the server could not use. */
function numberInTrouble(kept: KeptPlan | null): string | undefined {
  const places = kept?.problem?.errors ?? [];
  const place = places.map((one) => /professionals\.(\d+)/.exec(one.at)?.[1]).find(Boolean);
  return place && kept?.plan.professionals[Number(place)]?.name;
}

/** What a closed step holds: "2 things", "Ben and Ana". */
function summary(plan: Plan, step: Step): string {
  if (isList(step)) return plan[step].length ? t('plan.things', { n: plan[step].length }) : '';
  if (step === 'professionals') return list(plan.professionals.map((one) => one.name));
  return list((state.circle ?? []).filter((member) => plan.people.includes(member.id)).map(nameOf));
}
