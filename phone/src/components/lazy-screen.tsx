// Screens that are loaded when they are opened, so that a press does not wait for all of them. The service worker
// caches every one.
import type { FunctionComponent } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { t } from '../i18n';
import { to } from '../store/router';
import { state } from '../store/store';
import { Button, Headline } from './basics';

/**
 * Return a component that renders what `load` imports; an empty page until then, and a retry when it cannot be loaded.
 * `part`: it is a part of a page, without which the page is whole, so nothing stands there until it is loaded.
 */
export function lazyScreen<Props extends object>(
  load: () => Promise<FunctionComponent<Props>>,
  part?: boolean,
): FunctionComponent<Props> {
  let Loaded: FunctionComponent<Props> | undefined;
  return function LazyScreen(props: Props) {
    const [tries, setTries] = useState(0);
    const [failed, setFailed] = useState(false);
    useEffect(() => {
      if (Loaded) return;
      load().then(
        (screen) => {
          Loaded = screen;
          setFailed(false);
          setTries((before) => before + 1);
        },
        () => setFailed(true),
      );
    }, [tries]);
    if (Loaded) return <Loaded {...props} />;
    if (part) return null;
    if (!failed) return <main class="page" aria-busy="true" />;
    const retry = () => {
      if (tries) reloadApp();
      setTries(tries + 1);
    };
    return <NotLoaded onAgain={retry} />;
  };
}

/** Reload the app, since a newer release may have replaced the file; never while a press or a reach-out is under way. */
function reloadApp(): void {
  if (!state.pendingPress && !state.myReachOut && state.online) location.reload();
}

function NotLoaded({ onAgain }: { onAgain: () => void }) {
  return (
    <main class="page">
      <section class="stack">
        <Headline>{t('lazy-screen.head')}</Headline>
        <p>{t('lazy-screen.say')}</p>
      </section>
      <section class="stack">
        <Button onPress={onAgain}>{t('lazy-screen.retry')}</Button>
        <a class="btn quiet" href={to()}>
          {t('tab.home')}
        </a>
      </section>
    </main>
  );
}
