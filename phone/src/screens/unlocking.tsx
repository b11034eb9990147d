// The way to unlock, which is loaded after the button.
import { useEffect, useState } from 'preact/hooks';
import { Button, ErrorText } from '../components/basics';
import { t } from '../i18n';

let loaded: { Unlock: typeof import('./later')['Unlock'] } | undefined;

export function Unlocking() {
  const [message, setMessage] = useState<string>();
  const begin = () =>
    import('./later').then(
      ({ Unlock }) => {
        loaded = { Unlock };
        setMessage('');
      },
      () => setMessage(t('all.network-error')),
    );
  useEffect(() => void (loaded ?? begin()), []);
  if (loaded) return <loaded.Unlock />;
  return (
    <section class="stack">
      <ErrorText>{message ?? ''}</ErrorText>
      <Button onPress={begin}>{t('lock.open')}</Button>
    </section>
  );
}
