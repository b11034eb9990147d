// Notifications on this phone: status, a real test, help when it fails, and the places that ask for them.
import type { ComponentChildren } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { Button } from '../components/basics';
import { Icon } from '../components/icons';
import { Lamp } from '../components/lamp';
import { Row } from '../components/rows';
import { SubPage } from '../components/sub-page';
import { isUntried } from '../domain/practice';
import type { Key } from '../i18n';
import { t } from '../i18n';
import { clock, day } from '../i18n/format';
import { readSlot, writeSlot } from '../platform/slots';
import type { Device, PushStatus } from '../store/notifications';
import { platform, pushStatus, register, switchOn, tryPush } from '../store/notifications';
import { to } from '../store/router';
import { state } from '../store/store';

const PLATFORM_HELP: Key = `notify-help.${platform}`;
/** Title and help for each status. */
const STATUS_WORDS: Record<PushStatus, readonly [Key, Key]> = {
  off: ['notify-state.off', 'notify.off-say'],
  on: ['notify-state.on', 'notify.on-say'],
  blocked: ['notify-state.blocked', PLATFORM_HELP],
  silent: ['notify-state.silent', 'notify.network'],
  failed: ['notify-state.failed', PLATFORM_HELP],
  add: ['notify-state.add', 'notify.add-say'],
  none: ['notify-state.none', 'notify.none-say'],
};
/** "Not now" is respected for two weeks. */
const LATER_SLOT = 'notify-later';
const ASK_AGAIN_MS = 14 * 24 * 60 * 60_000;

export function NotifyCard() {
  const [status, setStatus] = useState<PushStatus>(pushStatus);
  const [device, setDevice] = useState<Device>();
  const [secondsTaken, setSecondsTaken] = useState<number>();
  const [waiting, setWaiting] = useState(false);
  const applyResult = (result: Device | PushStatus) => {
    if (typeof result === 'string') setStatus(result);
    else {
      setDevice(result);
      setStatus('on');
    }
  };
  useEffect(() => {
    if (pushStatus() === 'on') void register().then(applyResult);
  }, []);
  const test = async () => {
    const registered = device ?? (await switchOn());
    applyResult(registered);
    if (typeof registered === 'string') return;
    setWaiting(true);
    const seconds = await tryPush(registered);
    setWaiting(false);
    setSecondsTaken(seconds ?? undefined);
    if (seconds === null) setStatus('failed');
    else setStatus('on');
  };
  const works = status === 'on' && (secondsTaken !== undefined || device?.last_receipt_at);
  const [title, help] = STATUS_WORDS[status];
  const switchedOn = status === 'on' ? 'lit' : 'dim';
  const explanation = () => {
    if (waiting) return t('notify.waiting');
    if (secondsTaken !== undefined)
      return t('notify.arrived-after', { n: Math.max(1, Math.round(secondsTaken)), time: clock(Date.now()) });
    return works && device?.last_receipt_at ? t('notify.last-arrived', { time: day(device.last_receipt_at) }) : t(help);
  };
  return (
    <section class="card">
      <div class="line" role="status">
        <Lamp state={works ? 'bright' : switchedOn} />
        <div>
          <h2 class="name">{t(works ? 'notify-state.works' : title)}</h2>
          <p class="soft small">{explanation()}</p>
          {status === 'failed' && <p class="soft small">{t('notify.network')}</p>}
        </div>
      </div>
      {status !== 'add' && status !== 'none' && (
        <Button onPress={test}>{t(status === 'on' || device ? 'notify.test' : 'notify.switch')}</Button>
      )}
    </section>
  );
}

/** Where a step of the first week leads: nothing but this. */
export const NotifyPage = () => (
  <SubPage of="settings" head={t('first-week.notify')} says={t('notify.ask-say')}>
    <NotifyCard />
  </SubPage>
);

/** Tells helpers that they would miss notifications, or that nobody knows any more whether they would. */
export function NotifyBanner() {
  const works = pushStatus() === 'on';
  if (works && !isUntried(state.me?.proved_at ?? null, state.now)) return null;
  return (
    <a class="card row" href={to('settings')}>
      <Row
        lamp={<Lamp state="dim" />}
        name={t(works ? 'notify.untried' : 'notify-state.off')}
        says={t(works ? 'notify.untried-say' : 'notify.off-say')}
      />
    </a>
  );
}

/** The question and its button; an obstacle is shown in its place, with help. `later`: the button that declines. */
export function NotifyQuestion({
  main,
  onSwitched,
  later,
  children,
}: {
  main?: boolean;
  onSwitched: () => void;
  later: ComponentChildren;
  children: ComponentChildren;
}) {
  const [status, setStatus] = useState<PushStatus>(pushStatus);
  const ask = async () => {
    const result = await switchOn();
    if (typeof result !== 'string') onSwitched();
    else setStatus(result);
  };
  const [title, help] = STATUS_WORDS[status];
  const possible = status !== 'add' && status !== 'none';
  return (
    <>
      {status === 'off' || status === 'on' ? (
        children
      ) : (
        <div class="stack" role="status">
          <p class="name">{t(title)}</p>
          {status === 'add' ? <AddToHomeScreen /> : <p class="soft">{t(help)}</p>}
        </div>
      )}
      {possible && (
        <Button kind={main ? 'main' : ''} onPress={ask}>
          {t(status === 'off' || status === 'on' ? 'notify.switch' : 'notify.retry')}
        </Button>
      )}
      {later}
    </>
  );
}

/** What the Home Screen is for on an iPhone, and how to put the app there. */
function AddToHomeScreen() {
  return (
    <>
      <p>{t('add.why')}</p>
      <ol class="rows">
        <li class="row low">
          <Icon name="share" />
          <span class="says">{t('add.share')}</span>
        </li>
        <li class="row low">
          <Icon name="add" />
          <span class="says">{t('add.add')}</span>
        </li>
        <li class="row low">
          <Lamp state="lit" />
          <span class="says">{t('add.open')}</span>
        </li>
      </ol>
      <p class="soft small">{t('lock.shared-phone')}</p>
    </>
  );
}

/** The question on Home. notify-ask.tsx decides whether it is needed. */
export function NotifyAskCard() {
  const [dismissed, setDismissed] = useState(() => Date.now() - Number(readSlot(LATER_SLOT)) < ASK_AGAIN_MS);
  if (dismissed) return null;
  const postpone = () => {
    writeSlot(LATER_SLOT, `${Date.now()}`);
    setDismissed(true);
  };
  return (
    <section class="card" aria-labelledby="notify-ask">
      <h2 class="name" id="notify-ask">
        {t('notify.ask')}
      </h2>
      <NotifyQuestion
        onSwitched={() => setDismissed(true)}
        later={
          <Button kind="quiet" onPress={postpone}>
            {t('notify.later')}
          </Button>
        }
      >
        <p class="soft">{t('notify.ask-say')}</p>
      </NotifyQuestion>
    </section>
  );
}

/** Warns at the start of a bookend, which could not ask its questions without notifications. */
export function NotifyWarning() {
  const [on, setOn] = useState(() => pushStatus() === 'on');
  if (on) return null;
  return (
    <section class="card">
      <div class="line">
        <Lamp state="dim" />
        <div>
          <p>{t('notify.off-bookend')}</p>
        </div>
      </div>
      <NotifyQuestion onSwitched={() => setOn(true)} later={null}>
        {null}
      </NotifyQuestion>
    </section>
  );
}
