// Notifications: do they work on this phone, a real test, what to do when it fails, and where they are asked for.
import type { ComponentChildren } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { Button } from '../components/basics';
import { Lamp } from '../components/lamp';
import { Row } from '../components/rows';
import type { Key } from '../i18n';
import { t } from '../i18n';
import { clock, day } from '../i18n/format';
import { keep, kept } from '../platform/slots';
import type { Device, Standing } from '../store/notifications';
import { platform, register, standing, switchOn, tryPush } from '../store/notifications';
import { to } from '../store/router';

const STEPS: Key = `notify-help.${platform}`;
/** How it stands, and what to do about it. */
const STANDINGS: Record<Standing, readonly [Key, Key]> = {
  off: ['notify-state.off', 'notify.off-say'],
  on: ['notify-state.on', 'notify.on-say'],
  blocked: ['notify-state.blocked', STEPS],
  silent: ['notify-state.silent', 'notify.network'],
  failed: ['notify-state.failed', STEPS],
  add: ['notify-state.add', 'notify.add-say'],
  none: ['notify-state.none', 'notify.none-say'],
};
/** Where asking again would be a nuisance: two weeks after "Not now". */
const LATER = 'notify-later';
const LATER_MS = 14 * 24 * 60 * 60_000;

export function NotifyCard() {
  const [current, setStanding] = useState<Standing>(standing);
  const [device, setDevice] = useState<Device>();
  const [took, setTook] = useState<number>();
  const [waiting, setWaiting] = useState(false);
  const take = (result: Device | Standing) => {
    if (typeof result === 'string') setStanding(result);
    else {
      setDevice(result);
      setStanding('on');
    }
  };
  useEffect(() => {
    if (standing() === 'on') void register().then(take);
  }, []);
  const test = async () => {
    const registered = device ?? (await switchOn());
    take(registered);
    if (typeof registered === 'string') return;
    setWaiting(true);
    const seconds = await tryPush(registered);
    setWaiting(false);
    setTook(seconds ?? undefined);
    if (seconds === null) setStanding('failed');
    else setStanding('on');
  };
  const works = current === 'on' && (took !== undefined || device?.last_receipt_at);
  const [title, help] = STANDINGS[current];
  const switchedOn = current === 'on' ? 'lit' : 'dim';
  const explanation = () => {
    if (waiting) return t('notify.waiting');
    if (took !== undefined)
      return t('notify.arrived-after', { n: Math.max(1, Math.round(took)), time: clock(Date.now()) });
    return works && device?.last_receipt_at ? t('notify.last-arrived', { time: day(device.last_receipt_at) }) : t(help);
  };
  return (
    <section class="card">
      <div class="line" role="status">
        <Lamp state={works ? 'bright' : switchedOn} />
        <div>
          <h2 class="name">{t(works ? 'notify-state.works' : title)}</h2>
          <p class="soft small">{explanation()}</p>
          {current === 'failed' && <p class="soft small">{t('notify.network')}</p>}
        </div>
      </div>
      {current !== 'add' && current !== 'none' && (
        <Button onPress={test}>{t(current === 'on' || device ? 'notify.test' : 'notify.switch')}</Button>
      )}
    </section>
  );
}

/** Where somebody who wants to be there for others would otherwise miss it. */
export function NotifyBanner() {
  if (standing() === 'on') return null;
  return (
    <a class="card row" href={to('settings')}>
      <Row lamp={<Lamp state="dim" />} name={t('notify-state.off')} says={t('notify.off-say')} />
    </a>
  );
}

/** The one question and its button; what stands in the way is said in its place, with what to do about it. `later` ends it. */
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
  const [current, setStanding] = useState<Standing>(standing);
  const ask = async () => {
    const result = await switchOn();
    if (typeof result !== 'string') onSwitched();
    else setStanding(result);
  };
  const [title, help] = STANDINGS[current];
  const possible = current !== 'add' && current !== 'none';
  return (
    <>
      {current === 'off' || current === 'on' ? (
        children
      ) : (
        <div role="status">
          <p class="name">{t(title)}</p>
          <p class="soft">{t(help)}</p>
        </div>
      )}
      {possible && (
        <Button kind={main ? 'main' : ''} onPress={ask}>
          {t(current === 'off' || current === 'on' ? 'notify.switch' : 'notify.retry')}
        </Button>
      )}
      {later}
    </>
  );
}

/** Not again for two weeks after "Not now". Where it stands is for notify-ask.tsx to know. */
export function NotifyAskCard() {
  const [done, setDone] = useState(() => Date.now() - Number(kept(LATER)) < LATER_MS);
  if (done) return null;
  const later = () => {
    keep(LATER, `${Date.now()}`);
    setDone(true);
  };
  return (
    <section class="card" aria-labelledby="notify-ask">
      <h2 class="name" id="notify-ask">
        {t('notify.ask')}
      </h2>
      <NotifyQuestion
        onSwitched={() => setDone(true)}
        later={
          <Button kind="quiet" onPress={later}>
            {t('notify.later')}
          </Button>
        }
      >
        <p class="soft">{t('notify.ask-say')}</p>
      </NotifyQuestion>
    </section>
  );
}

/** At the start of a bookend, whose questions at its end would not be heard. */
export function NotifyWarning() {
  const [on, setOn] = useState(() => standing() === 'on');
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
