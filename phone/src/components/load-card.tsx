// How often I was there for somebody lately, in words; from six times on quiet hours are offered, once a month.
import { useState } from 'preact/hooks';
import type { Supported } from '../contract/types';
import { t } from '../i18n';
import { readSlot, writeSlot } from '../platform/slots';
import { to } from '../store/router';
import { Button } from './basics';
import { nameOf } from './people';

const OFFER_FROM = 6;
/** When "I am fine" was last tapped, in milliseconds. */
const CLOSED_AT = 'load-closed-at';
const MONTH_MS = 30 * 24 * 60 * 60_000;

/** The one among these people for whom I was there most, where that is often. */
export function LoadCard({ people }: { people: Supported[] }) {
  const [closed, setClosed] = useState(Date.now() - Number(readSlot(CLOSED_AT)) < MONTH_MS);
  const [most] = [...people].sort((a, b) => b.been_there_30_days - a.been_there_30_days);
  if (closed || !most || most.been_there_30_days < OFFER_FROM) return null;
  const close = () => {
    writeSlot(CLOSED_AT, `${Date.now()}`);
    setClosed(true);
  };
  return (
    <section class="card">
      <h2 class="name">{t('load.head', { name: nameOf(most), n: most.been_there_30_days })}</h2>
      <p>{t('load.say')}</p>
      <a class="btn" href={to('settings', 'hours')}>
        {t('settings.hours')}
      </a>
      <Button kind="quiet" onPress={close}>
        {t('load.fine')}
      </Button>
    </section>
  );
}
