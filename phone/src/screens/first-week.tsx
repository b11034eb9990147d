// The first week of somebody who reaches out: a page with a few things that help, one after another, and a row on Home that leads
// to it. Nothing of it is needed, and nothing of it stands in the way of the button.
import { api, whole } from '../api/client';
import { Button, Headline } from '../components/basics';
import { hasHours } from '../components/hours-in-words';
import { Lamp } from '../components/lamp';
import { LinkItem, Row } from '../components/rows';
import { SecondWay } from '../components/second-way';
import { Back } from '../components/sub-page';
import { useQuery } from '../components/use-query';
import type { FirstStep, Situation } from '../domain/first-week';
import { doneSteps, FIRST_STEPS, isFirstWeek, nextFirstStep } from '../domain/first-week';
import { isEmptyPlan } from '../domain/plan';
import { t } from '../i18n';
import { readSlot, writeSlot } from '../platform/slots';
import { pushStatus } from '../store/notifications';
import { readPlan, syncPlan } from '../store/plan';
import { replaceRoute, to } from '../store/router';
import { state } from '../store/store';

/** The guide of the first week is not wanted. */
const NOT_WANTED = 'no-first-week';

const PLACES: Record<FirstStep, readonly string[]> = {
  people: ['circle'],
  notify: ['settings', 'notifications'],
  hours: ['settings', 'hours'],
  plan: ['settings', 'plan'],
  five: ['circle'],
};

async function loadSituation(): Promise<Situation> {
  const [{ data: invitations }] = await Promise.all([api.GET('/v1/invitations', whole), syncPlan()]);
  const kept = await readPlan();
  return {
    people: (state.circle?.length ?? 0) + (invitations?.items.length ?? 0),
    notify: pushStatus() === 'on',
    hours: !!state.me && (hasHours(state.me) || state.me.wake_me),
    plan: !!kept && !isEmptyPlan(kept.plan),
  };
}

/** Return the step that may come next; null when there is none, or the guide is not wanted. */
export async function nextStep(): Promise<FirstStep | null> {
  if (!state.me || !isFirstWeek(state.me.created_at, state.now) || readSlot(NOT_WANTED)) return null;
  return nextFirstStep(await loadSituation()) ?? null;
}

/** On Home while the circle is empty. On a calm day its line stands for it. */
export function FirstWeekRow() {
  const [next] = useQuery(async () => ({ data: await nextStep() }));
  if (next === undefined) return null;
  return next ? (
    <a class="card row" href={to('first-week')}>
      <Row lamp={<Lamp state="lit" />} name={t('first-week.head')} says={t('first-week.row')} />
    </a>
  ) : (
    <SecondWay />
  );
}

export function FirstWeek() {
  const [situation] = useQuery(async () => ({ data: await loadSituation() }));
  const done = situation ? doneSteps(situation) : [];
  const next = situation && nextFirstStep(situation);
  const lamp = (step: FirstStep) => {
    if (done.includes(step)) return 'bright';
    return step === next ? 'lit' : 'dim';
  };
  const close = () => {
    writeSlot(NOT_WANTED, '1');
    replaceRoute();
  };
  return (
    <main class="page">
      <Back href={to()}>{t('tab.home')}</Back>
      <div class="stack">
        <Headline>{t('first-week.head')}</Headline>
        <p>{t('first-week.say')}</p>
      </div>
      <ul class="rows" aria-busy={!situation}>
        {FIRST_STEPS.map((step) => (
          <LinkItem
            key={step}
            href={to(...PLACES[step])}
            lamp={<Lamp state={lamp(step)} />}
            name={t(`first-week.${step}`)}
            says={done.includes(step) ? t('first-week.done') : t(`first-week-say.${step}`)}
          />
        ))}
      </ul>
      <SecondWay />
      <div class="stack">
        <a class="btn" href={to()}>
          {t('first-week.home')}
        </a>
        <Button kind="quiet" onPress={close}>
          {t('first-week.close')}
        </Button>
      </div>
    </main>
  );
}
