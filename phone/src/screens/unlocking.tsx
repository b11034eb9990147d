// The way to unlock, which is loaded after the button.
import { useEffect, useState } from 'preact/hooks';
import { Button, ErrorText } from '../components/basics';
import { t } from '../i18n';

const load = async () => (await import('./later')).Unlock;

export function Unlocking() {
  const [Loaded, setLoaded] = useState<{ Unlock: Awaited<ReturnType<typeof load>> }>();
  const [message, setMessage] = useState('');
  const begin = () =>
    load().then(
      (Unlock) => setLoaded({ Unlock }),
      () => setMessage(t('all.network-error')),
    );
  useEffect(() => void begin(), []);
  if (Loaded) return <Loaded.Unlock />;
  return (
    <section class="stack">
      <ErrorText>{message}</ErrorText>
      <Button onPress={begin}>{t('lock.open')}</Button>
    </section>
  );
}
