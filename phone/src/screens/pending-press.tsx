// A press or an all-clear that has not arrived: the three seconds in which it can be undone, then "Not sent yet" while
// that is true.
import { useEffect, useState } from 'preact/hooks';
import { Button, Headline } from '../components/basics';
import { Dial, Lamp, Light } from '../components/lamp';
import { PlanFold } from '../components/later-parts';
import { CallAndText, CallList, LineButton, nameOf, role } from '../components/people';
import { Group, Item } from '../components/rows';
import type { Press } from '../domain/press';
import { nextStep } from '../domain/press';
import { firstPushRecipients } from '../domain/push-recipients';
import { t } from '../i18n';
import { clock, list } from '../i18n/format';
import { isSafe } from '../platform/storage';
import { cancelPress, sendAnyway, startPress } from '../store/press';
import { to } from '../store/router';
import { change, state } from '../store/store';
import { Unlocking } from './unlocking';

/** A good network needs less than this; after it, "Not sent yet" is shown. */
const GRACE_MS = 900;

export function PendingPress({ press }: { press: Press }) {
  const [, again] = useState(0);
  const step = nextStep(press, Date.now());
  const waited = Date.now() - press.release_at;
  useEffect(() => {
    if (press.held || waited > GRACE_MS) return;
    const timer = setTimeout(() => again(Math.random()), (step.kind === 'ring' ? step.left : GRACE_MS - waited) + 10);
    return () => clearTimeout(timer);
  });
  if (step.kind === 'ask') return <Stale press={press} />;
  if (step.kind === 'ring' || (!press.held && waited < GRACE_MS))
    return <Undo press={press} ringing={step.kind === 'ring'} />;
  return <NotSent press={press} />;
}

/** The sentence during the three seconds: whose phones will ring, if any, or that the all-clear goes out. */
function headline({ close }: Press): string {
  if (close) return t(close.outcome === 'mistake' ? 'undo.mistake' : 'undo.okay');
  if (state.circle?.length === 0) return t('undo.head-empty-circle');
  const names = firstPushRecipients(state.circle ?? []).map(nameOf);
  // The vault says who is in the circle, but not whose phone would ring now.
  if (!state.online || !state.refreshes || names.length > 3) return t('undo.head-all');
  return names.length ? t('undo.head', { n: names.length, names: list(names) }) : t('undo.head-quiet');
}

function Undo({ press, ringing }: { press: Press; ringing: boolean }) {
  return (
    <main class="page">
      <div class="hero grow">
        <Dial>
          <Light />
        </Dial>
        <Headline live>{headline(press)}</Headline>
        {!press.close && <p class="soft">{t('undo.encouragement')}</p>}
      </div>
      <div class="stack mid">
        <button type="button" class="btn large" disabled={!ringing} onClick={() => void cancelPress()}>
          {t('undo.button')}
        </button>
        <p class="soft small">{t('undo.say')}</p>
      </div>
    </main>
  );
}

/** People with a number, and a helpline. */
function Numbers() {
  const people = (state.circle ?? []).filter((member) => member.state === 'active' && member.contact);
  if (state.session === 'locked') return <CallList people={people} helplines={state.helplines} />;
  return (
    <>
      {people.length > 0 && (
        <Group head={t('pending.call-meanwhile')}>
          {people.map((member) => (
            <Item key={member.id} lamp={<Lamp state="lit" />} name={nameOf(member)} says={role(member.role)}>
              <CallAndText name={nameOf(member)} number={member.contact} />
            </Item>
          ))}
        </Group>
      )}
      <LineButton helplines={state.helplines} />
    </>
  );
}

function NotSent({ press }: { press: Press }) {
  const signedOut = press.held === 'signed-out' || state.session === 'expired';
  const [safe, unsafe] = press.close
    ? (['pending-close.say', 'pending-close.keep-open'] as const)
    : (['pending.say', 'pending.keep-open'] as const);
  const kept = isSafe('press') ? safe : unsafe;
  return (
    <main class="page">
      <section class="hero">
        <Lamp ring state="dim off big" />
        <Headline live>{t(press.close ? 'pending-close.head' : 'pending.head')}</Headline>
        <p>{t(signedOut ? 'pending.expired' : kept)}</p>
      </section>
      {signedOut && (
        <a class="btn main" href={to('sign-in')}>
          {t('sign-in.button')}
        </a>
      )}
      {press.close ? (
        <PressAnew />
      ) : (
        <>
          <Numbers />
          {state.session === 'locked' ? <Unlocking /> : <PlanFold open />}
        </>
      )}
      <section class="stack mid">
        {!signedOut && (
          <p class="soft small" role="status">
            {t('pending.trying')}
          </p>
        )}
        <Button kind="quiet" onPress={cancelPress}>
          {t('pending.cancel')}
        </Button>
      </section>
    </main>
  );
}

/** Beside an all-clear that waits: somebody may need their people again. */
const PressAnew = () => <Button onPress={() => startPress()}>{t('press.button')}</Button>;

/** Asks whether to send a press that is more than two hours old. */
function Stale({ press }: { press: Press }) {
  return (
    <main class="page">
      <section class="hero grow">
        <Lamp ring state="dim off big" />
        <Headline live>{t(press.close ? 'pending-close.head' : 'pending.head')}</Headline>
        <p>{t(press.close ? 'pending-close.stale' : 'pending.stale', { time: clock(press.pressed_at) })}</p>
      </section>
      <section class="stack">
        <Button kind="main" onPress={sendAnyway}>
          {t(press.close ? 'pending-close.send' : 'pending.send')}
        </Button>
        <Button onPress={cancelPress}>{t('pending.cancel')}</Button>
        {press.close && <PressAnew />}
      </section>
      <Numbers />
    </main>
  );
}

/** A press with an empty circle: say so, and show the numbers to call. */
export function Nobody() {
  return (
    <main class="page">
      <section class="stack">
        <Headline live>{t('empty-circle.head')}</Headline>
        <p>{t('empty-circle.say')}</p>
      </section>
      <CallList people={[]} helplines={state.helplines} />
      <section class="stack">
        <a class="btn" href={to('circle', 'invite')} onClick={() => change({ circleEmpty: false })}>
          {t('home.invite')}
        </a>
        <Button kind="quiet" onPress={() => change({ circleEmpty: false })}>
          {t('all.back')}
        </Button>
      </section>
    </main>
  );
}
