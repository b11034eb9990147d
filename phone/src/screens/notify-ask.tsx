// Asks for notifications while this phone shows none: a question on Home, and one line while waiting.
import type { FunctionComponent } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { t } from '../i18n';
import { pushStatus } from '../store/notifications';
import { state } from '../store/store';

const cannotNotify = (): boolean =>
  pushStatus() !== 'on' && (state.circle ?? []).some((member) => member.state === 'active');

/** Shown once the first person is confirmed. Loaded on demand, since most phones have notifications on. */
export function NotifyAsk() {
  const [Card, setCard] = useState<FunctionComponent>();
  const needed = cannotNotify();
  useEffect(() => {
    if (needed)
      void import('./notify').then(
        ({ NotifyAskCard }) => setCard(() => NotifyAskCard),
        () => undefined,
      );
  }, [needed]);
  return needed && Card ? <Card /> : null;
}

/** While waiting, a line instead of a question. */
export function NotifyLine() {
  return cannotNotify() ? <p class="soft small mid">{t('notify.off-waiting')}</p> : null;
}
