// Shown in place of a screen that failed: the button or the state of the press, the numbers to call, and a retry. Each part has a
// boundary of its own.

import { Button, Headline } from '../components/basics';
import { Boundary } from '../components/boundary';
import { PorchButton } from '../components/lamp';
import { CallList } from '../components/people';
import type { Member } from '../contract/types';
import type { Press } from '../domain/press';
import { nextStep } from '../domain/press';
import type { Key } from '../i18n';
import { t } from '../i18n';
import { cancelPress, sendAnyway, startPress } from '../store/press';
import { refresh } from '../store/refresh';
import { to } from '../store/router';
import { state } from '../store/store';

export function Rescue({ onAgain }: { onAgain: () => void }) {
  // The data that could not be shown may be fixed on the server by now.
  const again = async () => {
    await refresh().catch(() => undefined);
    onAgain();
  };
  return (
    <main class="page">
      {state.me && (
        <Boundary>
          <Reaching />
        </Boundary>
      )}
      <section class="stack">
        <Headline live>{t('rescue.head')}</Headline>
        <p>{t(state.me ? 'rescue.say' : 'rescue.signed-out')}</p>
      </section>
      <section class="stack">
        <Button onPress={again}>{t('lazy-screen.retry')}</Button>
        {state.route.length > 0 && (
          <a class="btn quiet" href={to()}>
            {t('tab.home')}
          </a>
        )}
      </section>
      <Boundary otherwise={() => <CallList people={[]} helplines={null} />}>
        <Numbers />
      </Boundary>
    </main>
  );
}

/** Skips entries that are broken, so that the others still show. */
function Numbers() {
  const people = (state.circle ?? []).filter((member: Member | null) => member?.state === 'active' && member.contact);
  return <CallList people={people} helplines={state.helplines} />;
}

function progress({ close, held }: Press): Key {
  if (close) return 'pending-close.head';
  return held ? 'pending.head' : 'rescue.sending';
}

/** The button, or the state of a press that was made. */
function Reaching() {
  const { pendingPress, myReachOut, session } = state;
  if (!pendingPress && !myReachOut) {
    return (
      <div class="hero">
        <PorchButton label={t('press.button')} onPress={() => void startPress()} />
      </div>
    );
  }
  const stale = pendingPress && nextStep(pendingPress, Date.now()).kind === 'ask';
  return (
    <section class="stack" role="status">
      <p>{t(pendingPress ? progress(pendingPress) : 'rescue.still-open')}</p>
      {session === 'expired' && (
        <a class="btn main" href={to('sign-in')}>
          {t('sign-in.button')}
        </a>
      )}
      {stale && <Button onPress={sendAnyway}>{t(pendingPress.close ? 'pending-close.send' : 'pending.send')}</Button>}
      {pendingPress && <Button onPress={cancelPress}>{t('pending.cancel')}</Button>}
    </section>
  );
}
