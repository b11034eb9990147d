// Home and what a press needs, which are loaded with the app; every other address, on demand; the bar at the bottom.
import type { ComponentChildren } from 'preact';
import { useEffect } from 'preact/hooks';
import { Nav, Toast } from './components/basics';
import { Boundary } from './components/boundary';
import { lazyScreen } from './components/lazy-screen';
import { BlankNote } from './components/quick-hide';
import { isOutside, tabOf } from './domain/addresses';
import { nextStep } from './domain/press';
import { t } from './i18n';
import { get } from './platform/storage';
import { Home } from './screens/home';
import { Locked } from './screens/locked';
import { MyReachOut } from './screens/my-reach-out';
import { Nobody, PendingPress } from './screens/pending-press';
import { Rescue } from './screens/rescue';
import { Welcome } from './screens/welcome';
import { state } from './store/store';

const LaterScreen = lazyScreen(async () => (await import('./screens/later')).LaterScreen);
const ProofSheet = lazyScreen(async () => (await import('./screens/later')).ProofSheet, true);

/** Send what was written without a network; its code is loaded only where something waits. */
async function sendWaiting(): Promise<void> {
  if (!(await get('letters'))) return;
  // What is refused goes back into its field there.
  const [{ sendKept }] = await Promise.all([import('./store/letters'), import('./store/threads')]);
  await sendKept();
}

export function App() {
  // After a refresh there is a network.
  useEffect(() => void sendWaiting(), [state.refreshes]);
  return (
    <>
      <Boundary otherwise={rescue}>
        <Toast>{state.toast || (isOld() ? t('helper.offline') : '')}</Toast>
        <CurrentScreen />
      </Boundary>
      {state.hidden && <BlankNote />}
    </>
  );
}

const rescue = (again: () => void) => <Rescue onAgain={again} />;

/**
 * One screen. When it fails, `Rescue` takes its place until another screen is opened or it is retried. A reach-out that begins or
 * ends elsewhere leaves a screen alone that somebody is typing into.
 */
function SafeScreen({ children }: { children: ComponentChildren }) {
  return (
    <Boundary
      key={[state.session, ...state.route].join('/')}
      of={[!!state.pendingPress, state.myReachOut?.id, state.circleEmpty].join('/')}
      otherwise={rescue}
    >
      {children}
    </Boundary>
  );
}

/** These show what was fetched before, and say nothing of it themselves. */
const isOld = (): boolean =>
  state.session === 'in' &&
  !state.online &&
  ['circle', 'inbox', 'people', 'commitments', 'settings'].includes(state.route[0] ?? '');

function CurrentScreen() {
  if (state.session === 'starting') return null;
  if (state.session === 'in') return <Inside />;
  if (state.session !== 'locked') return <Outside />;
  return (
    <SafeScreen>
      <Locked />
    </SafeScreen>
  );
}

function Outside() {
  // Whatever page it was: who was signed in is told so, and signs in again.
  const expired = state.session === 'expired' && !isOutside(state.route[0] ?? '');
  const [name = '', ...parts] = expired ? ['sign-in'] : state.route;
  const screen = () => {
    if (expired && state.pendingPress) return <PendingPress press={state.pendingPress} />;
    return isOutside(name) ? <LaterScreen inside={false} name={name} parts={parts} /> : <Welcome />;
  };
  return <SafeScreen>{screen()}</SafeScreen>;
}

function Inside() {
  const [address = '', ...parts] = state.route;
  // A notice about my own reach-out leads to where it is shown: a calm ask has a page, a press is Home.
  const own = address === 'reach-outs' && parts[0] === state.myReachOut?.id;
  const name = own ? 'calm' : address;
  const tab = name === 'calm' && (state.pendingPress || pressed()) ? undefined : tabOf(name);
  // During the three seconds of undo there is no bar: nothing beside "Undo" can be hit by mistake.
  const ringing =
    (tab ?? 'home') === 'home' &&
    state.pendingPress &&
    !state.pendingPress.held &&
    nextStep(state.pendingPress, Date.now()).kind === 'ring';
  return (
    <>
      <SafeScreen>{tab === undefined ? <HomeTab /> : <LaterScreen inside name={name} parts={parts} />}</SafeScreen>
      <Boundary>{state.askProof && <ProofSheet />}</Boundary>
      <Boundary>{!ringing && name !== 'invitation' && <Nav current={tab ?? 'home'} />}</Boundary>
    </>
  );
}

/** My open reach-out, if it is a press: a calm ask leaves Home to the button. */
const pressed = () => (state.myReachOut?.calm ? null : state.myReachOut);

/** My own press or reach-out if there is one, else Home. */
function HomeTab() {
  if (state.pendingPress) return <PendingPress press={state.pendingPress} />;
  if (state.circleEmpty) return <Nobody />;
  const of = pressed();
  return of ? <MyReachOut key={of.id} of={of} /> : <Home />;
}
