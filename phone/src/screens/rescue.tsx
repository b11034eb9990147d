// What stands where a screen could not be shown: the button or what has become of it, the numbers, and a way to try again. Each of
// these fails alone, too.

import { Button, Says } from '../components/basics';
import { Boundary } from '../components/boundary';
import { PorchButton } from '../components/lamp';
import { CallList } from '../components/people';
import type { Member } from '../contract/types';
import type { Press } from '../domain/press';
import { next } from '../domain/press';
import type { Key } from '../i18n';
import { say } from '../i18n';
import { keepPress, sendAnyway, takeBack } from '../store/press';
import { look } from '../store/refresh';
import { to } from '../store/router';
import { state } from '../store/store';

export function Rescue({ onAgain }: { onAgain: () => void }) {
  // What could not be shown may have come from the server, and may be mended there by now.
  const again = async () => {
    await look().catch(() => undefined);
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
        <Says live>{say('rescue.head')}</Says>
        <p>{say(state.me ? 'rescue.say' : 'rescue.out')}</p>
      </section>
      <section class="stack">
        <Button onPress={again}>{say('later.again')}</Button>
        {state.route.length > 0 && (
          <a class="btn quiet" href={to()}>
            {say('tab.home')}
          </a>
        )}
      </section>
      <Boundary otherwise={() => <CallList people={[]} helplines={null} />}>
        <Numbers />
      </Boundary>
    </main>
  );
}

/** One entry that nobody can read must not take the others with it. */
function Numbers() {
  const people = (state.circle ?? []).filter((member: Member | null) => member?.state === 'active' && member.contact);
  return <CallList people={people} helplines={state.helplines} />;
}

function progress({ close, held }: Press): Key {
  if (close) return 'clear.head';
  return held ? 'kept.head' : 'rescue.sending';
}

/** The button, or where the press that was made stands. */
function Reaching() {
  const { press, mine, session } = state;
  if (!press && !mine) {
    return (
      <div class="hero">
        <PorchButton label={say('press.button')} onPress={() => void keepPress()} />
      </div>
    );
  }
  const asked = press && next(press, Date.now()).kind === 'ask';
  return (
    <section class="stack" role="status">
      <p>{say(press ? progress(press) : 'rescue.open')}</p>
      {session === 'dead' && (
        <a class="btn main" href={to('sign-in')}>
          {say('sign-in.button')}
        </a>
      )}
      {asked && <Button onPress={sendAnyway}>{say(press.close ? 'clear.yes' : 'kept.yes')}</Button>}
      {press && <Button onPress={takeBack}>{say('kept.back')}</Button>}
    </section>
  );
}
