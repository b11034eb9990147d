// Somebody could answer, and this phone would not say so: the question on Home, and one quiet line while waiting.
import type { FunctionComponent } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { t } from '../i18n';
import { standing } from '../store/notifications';
import { state } from '../store/store';

const unheard = (): boolean => standing() !== 'on' && (state.circle ?? []).some((member) => member.state === 'active');

/** Once the first person is confirmed. Loaded only where there is something to ask: most phones are told. */
export function NotifyAsk() {
  const [Card, setCard] = useState<FunctionComponent>();
  const asks = unheard();
  useEffect(() => {
    if (asks)
      void import('./notify').then(
        ({ NotifyAskCard }) => setCard(() => NotifyAskCard),
        () => undefined,
      );
  }, [asks]);
  return asks && Card ? <Card /> : null;
}

/** No question in that moment. */
export function NotifyLine() {
  return unheard() ? <p class="soft small mid">{t('notify.off-waiting')}</p> : null;
}
