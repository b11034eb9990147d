// What stands there while the app is locked: the lamp to hold, and what became of a press. No name, no word, no thread.
import { Button, Headline } from '../components/basics';
import { HoldLamp } from '../components/hold-lamp';
import { Lamp } from '../components/lamp';
import { CallList } from '../components/people';
import { t } from '../i18n';
import { lockNote } from '../platform/lock-note';
import { startPress } from '../store/press';
import { change, state } from '../store/store';
import { PendingPress } from './pending-press';
import { Unlocking } from './unlocking';

/** Told, or more than that. */
const TOLD = ['handed', 'delivered', 'seen', 'answered', 'declined'];

export function Locked() {
  const lamp = !lockNote()?.without_lamp;
  const { pendingPress, myReachOut, circleEmpty } = state;
  if (lamp && pendingPress) return <PendingPress press={pendingPress} />;
  // A calm ask leaves the button to a press.
  if (lamp && (circleEmpty || (myReachOut && !myReachOut.calm))) return <Pressed />;
  const head = <Headline small>{t('lock.head')}</Headline>;
  return (
    <main class="page air">
      <section class="hero grow">{lamp ? <HoldLamp onPress={() => void startPress()}>{head}</HoldLamp> : head}</section>
      <Unlocking />
    </main>
  );
}

/** As much as is true, without saying who. */
function Pressed() {
  const { myReachOut, circle, helplines } = state;
  const told = myReachOut?.recipients.some((recipient) => TOLD.includes(recipient.state));
  const untold = myReachOut ? 'lock.reached-out' : 'empty-circle.head';
  return (
    <main class="page">
      <section class="hero">
        <Lamp ring state={told ? 'lit s1 big' : 'dim off big'} />
        <Headline live>{t(told ? 'lock.told' : untold)}</Headline>
        <p>{t(myReachOut ? 'lock.told-say' : 'empty-circle.say')}</p>
      </section>
      <Unlocking />
      <CallList people={circle ?? []} helplines={helplines} />
      {!myReachOut && (
        <Button kind="quiet" onPress={() => change({ circleEmpty: false })}>
          {t('all.back')}
        </Button>
      )}
    </main>
  );
}
