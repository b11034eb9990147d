// The three kinds of steps of a plan: a list of one's own, people of the circle, and professionals with their numbers.

import { Button, ErrorText } from '../components/basics';
import { Checks } from '../components/checks';
import { Icon } from '../components/icons';
import { InPlace } from '../components/in-place';
import { nameOf } from '../components/people';
import type { Plan } from '../contract/types';
import { activeMembers } from '../domain/circle';
import type { ListStep } from '../domain/plan';
import { MAX_ENTRIES, MAX_LENGTH, withEntry } from '../domain/plan';
import { toggled } from '../domain/toggled';
import { t } from '../i18n';
import { state } from '../store/store';

/** What is typed in a field and not added yet. */
export type Typed = Partial<Record<ListStep | 'name' | 'phone', string>>;
export function withProfessional({ professionals }: Plan, { name = '', phone = '' }: Typed): Plan['professionals'] {
  const added = { name: name.trim(), phone: phone.trim() };
  return added.name && added.phone ? [...professionals, added].slice(0, MAX_ENTRIES) : professionals;
}

interface StepProps {
  plan: Plan;
  typed: Typed;
  update: (plan: Partial<Plan>, typed?: Typed) => void;
}

function Removable({ of, onRemove }: { of: string; onRemove: () => void }) {
  return (
    <li class="item">
      <span>{of}</span>
      <button type="button" class="icon bare" aria-label={t('plan.remove', { what: of })} onClick={onRemove}>
        <Icon name="close" />
      </button>
    </li>
  );
}

/** Proposals to choose from, then what was written in one's own words, then the field for more. */
export function OwnList({ step, plan, typed, update }: StepProps & { step: ListStep }) {
  const entries = plan[step];
  const proposals = t(`plan-choice.${step}`).split('; ');
  const toggle = (entry: string) => update({ [step]: toggled(entries, entry).slice(0, MAX_ENTRIES) });
  const add = () => {
    const more = withEntry(entries, typed[step] ?? '');
    // What a full step has no room for stays in the field.
    if (more !== entries || entries.length < MAX_ENTRIES) update({ [step]: more }, { [step]: '' });
  };
  const own = entries.filter((entry) => !proposals.includes(entry));
  return (
    <>
      {t(`plan-lead.${step}`) !== t(`plan-step.${step}`) && <p class="soft">{t(`plan-lead.${step}`)}</p>}
      <Checks
        legend={t(`plan-lead.${step}`)}
        options={proposals.map((proposal) => [proposal, proposal])}
        chosen={entries}
        onToggle={toggle}
      />
      <InPlace of={own.length}>
        {own.length > 0 && (
          <ul>
            {own.map((entry) => (
              <Removable key={entry} of={entry} onRemove={() => toggle(entry)} />
            ))}
          </ul>
        )}
        <div class="line">
          <input
            class="field"
            aria-label={t('plan.own-words')}
            placeholder={t('plan.own-words')}
            maxLength={MAX_LENGTH}
            value={typed[step] ?? ''}
            onInput={(event) => update({}, { [step]: event.currentTarget.value })}
            onKeyDown={(event) => {
              if (event.key !== 'Enter') return;
              event.preventDefault();
              add();
            }}
          />
          <Button label={t('plan.add')} icon="plus" onPress={add}>
            {null}
          </Button>
        </div>
      </InPlace>
    </>
  );
}

/** Members of my circle; somebody who leaves it drops out of the plan. */
export function People({ plan, update }: StepProps) {
  const active = activeMembers(state.circle);
  if (!active.length) return <p class="soft">{t('plan.nobody')}</p>;
  return (
    <Checks
      legend={t('plan-step.people')}
      options={active.map((member) => [member.id, nameOf(member)])}
      chosen={plan.people}
      onToggle={(id) => update({ people: toggled(plan.people, id) })}
      isFull={plan.people.length >= MAX_ENTRIES}
    />
  );
}

export function Professionals({ plan, typed, update, wrong }: StepProps & { wrong: string | undefined }) {
  const { professionals } = plan;
  const add = () => {
    const more = withProfessional(plan, typed);
    if (more !== professionals) return update({ professionals: more }, { name: '', phone: '' });
    document.getElementById(typed.name?.trim() ? 'pro-phone' : 'pro-name')?.focus();
  };
  return (
    <>
      <ErrorText>{wrong ? t('plan.wrong-number', { name: wrong }) : ''}</ErrorText>
      <InPlace of={professionals.length}>
        {professionals.length > 0 && (
          <ul>
            {professionals.map((one) => (
              <Removable
                key={one.phone}
                of={`${one.name}, ${one.phone}`}
                onRemove={() => update({ professionals: professionals.filter((other) => other !== one) })}
              />
            ))}
          </ul>
        )}
        <p class="soft">{t('plan.professionals-say')}</p>
        {professionals.length < MAX_ENTRIES && (
          <div class="stack">
            <div class="stack tight">
              <label for="pro-name">{t('plan.name-label')}</label>
              <input
                class="field"
                id="pro-name"
                maxLength={60}
                value={typed.name ?? ''}
                onInput={(event) => update({}, { name: event.currentTarget.value })}
              />
            </div>
            <div class="stack tight">
              <label for="pro-phone">{t('plan.phone-label')}</label>
              <input
                class="field"
                id="pro-phone"
                type="tel"
                dir="ltr"
                maxLength={80}
                value={typed.phone ?? ''}
                onInput={(event) => update({}, { phone: event.currentTarget.value })}
              />
            </div>
            <Button icon="plus" onPress={add}>
              {t('plan.add')}
            </Button>
          </div>
        )}
      </InPlace>
    </>
  );
}
