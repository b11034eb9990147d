// Notifications: do they work on this phone, a real test, and what to do when it fails.
import { useEffect, useState } from 'preact/hooks';
import { Button } from '../parts/basics';
import { Lamp } from '../parts/lamp';
import { Row } from '../parts/rows';
import { to } from '../route';
import { platform, register, standing, switchOn, tryPush } from '../state/notifications';
import type { Device, Standing } from '../state/notifications';
import { say } from '../words';
import type { Key } from '../words';
import { clock, day } from '../words/format';

const STEPS: Key = `notify-help.${platform}`;
/** How it stands, and what to do about it. */
const STANDINGS: Record<Standing, readonly [Key, Key]> = {
  off: ['notify-how.off', 'notify.off-say'],
  on: ['notify-how.on', 'notify.on-say'],
  blocked: ['notify-how.blocked', STEPS],
  silent: ['notify-how.silent', 'notify.net'],
  failed: ['notify-how.failed', STEPS],
  add: ['notify-how.add', 'notify.add-say'],
  none: ['notify-how.none', 'notify.none-say'],
};

export function NotifyCard() {
  const [how, setHow] = useState<Standing>(standing);
  const [device, setDevice] = useState<Device>();
  const [took, setTook] = useState<number>();
  const [waiting, setWaiting] = useState(false);
  const take = (found: Device | Standing) => {
    if (typeof found === 'string') setHow(found);
    else {
      setDevice(found);
      setHow('on');
    }
  };
  useEffect(() => {
    if (standing() === 'on') void register().then(take);
  }, []);
  const test = async () => {
    const there = device ?? (await switchOn());
    take(there);
    if (typeof there === 'string') return;
    setWaiting(true);
    const seconds = await tryPush(there);
    setWaiting(false);
    setTook(seconds ?? undefined);
    if (seconds === null) setHow('failed');
    else setHow('on');
  };
  const works = how === 'on' && (took !== undefined || device?.last_receipt_at);
  const [title, help] = STANDINGS[how];
  return (
    <section class="card">
      <div class="line" role="status">
        <Lamp state={works ? 'bright' : how === 'on' ? 'lit' : 'dim'} />
        <div>
          <h2 class="name">{say(works ? 'notify-how.works' : title)}</h2>
          <p class="soft small">
            {waiting ? say('notify.waiting') : took !== undefined ? say('notify.light', { n: Math.max(1, Math.round(took)), time: clock(Date.now()) }) : works && device?.last_receipt_at ? say('notify.last', { time: day(device.last_receipt_at) }) : say(help)}
          </p>
          {how === 'failed' && <p class="soft small">{say('notify.net')}</p>}
        </div>
      </div>
      {how !== 'add' && how !== 'none' && <Button onPress={test}>{say(how === 'on' || device ? 'notify.test' : 'notify.switch')}</Button>}
    </section>
  );
}

/** Where somebody who wants to be there for others would otherwise miss it. */
export function NotifyBanner() {
  if (standing() === 'on') return null;
  return (
    <a class="card row" href={to('settings')}>
      <Row lamp={<Lamp state="dim" />} name={say('notify-how.off')} says={say('notify.off-say')} />
    </a>
  );
}
