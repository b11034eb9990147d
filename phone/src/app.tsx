// Which screen stands where, and the bar at the bottom.
import type { ComponentChild } from 'preact';
import { Nav } from './parts/basics';
import { DeleteAccount, Devices, Privacy } from './screens/account';
import { Bookends } from './screens/bookends';
import { Circle } from './screens/circle';
import { CreateAccount } from './screens/create-account';
import { Fallback } from './screens/fallback';
import { Home } from './screens/home';
import { Hours } from './screens/hours';
import { Inbox } from './screens/inbox';
import { Join } from './screens/join';
import { Mine } from './screens/mine';
import { NumberPage } from './screens/number';
import { Passkeys } from './screens/passkeys';
import { Passphrase } from './screens/passphrase';
import { Nobody, PressPage } from './screens/press';
import { Reflection } from './screens/reflection';
import { Settings } from './screens/settings';
import { Recover, SignIn } from './screens/sign-in';
import { Supporter } from './screens/supporter';
import { Times } from './screens/times';
import { Welcome } from './screens/welcome';
import { next } from './outbox/rules';
import { BlankNote } from './parts/quick-hide';
import { state } from './state/store';

interface Screen {
  /** The tab that is marked as the current one. */
  tab: string;
  show: (...parts: string[]) => ComponentChild;
}

/** Addresses for everybody: `#/sign-in`. */
const OUTSIDE: Record<string, (...parts: string[]) => ComponentChild> = {
  '': () => <Welcome />,
  'sign-in': () => <SignIn />,
  'recover': () => <Recover />,
  'create-account': () => <CreateAccount />,
  'invitation': (token = '') => <Join key={token} token={token} />,
};

/** Addresses for whoever is signed in. A new screen is one more line here. */
const INSIDE: Record<string, Screen> = {
  '': { tab: 'home', show: () => (state.press ? <PressPage press={state.press} /> : state.nobody ? <Nobody /> : state.mine ? <Mine of={state.mine} /> : <Home />) },
  'reflection': { tab: '', show: (id = '') => <Reflection id={id} /> },
  'invitation': { tab: '', show: (token = '') => <Join key={token} token={token} /> },
  'inbox': { tab: 'inbox', show: () => <Inbox /> },
  'reach-outs': { tab: 'inbox', show: (id = '') => <Supporter key={id} id={id} /> },
  'circle': { tab: 'circle', show: (page) => (page === 'times' ? <Times /> : <Circle />) },
  'bookends': { tab: 'home', show: (id) => <Bookends key={id} id={id} /> },
  'settings': { tab: 'settings', show: (page = '') => PAGES[page]?.() ?? <Settings /> },
};

/** What the settings lead to. */
const PAGES: Record<string, () => ComponentChild> = {
  hours: () => <Hours />,
  number: () => <NumberPage />,
  fallback: () => <Fallback />,
  devices: () => <Devices />,
  passkeys: () => <Passkeys />,
  passphrase: () => <Passphrase />,
  privacy: () => <Privacy />,
  delete: () => <DeleteAccount />,
};

export function App() {
  return (
    <>
      <Shown />
      {state.hidden && <BlankNote />}
    </>
  );
}

function Shown() {
  if (state.session === 'starting') return null;
  const [name = '', ...parts] = state.route;
  // Making an account ends with its codes, whatever the session is by then.
  if (state.session !== 'in') {
    const dead = state.session === 'dead' && !name;
    if (dead && state.press) return <PressPage press={state.press} />;
    return (dead ? OUTSIDE['sign-in'] : (OUTSIDE[name] ?? OUTSIDE['']))?.(...parts) ?? null;
  }
  // A notice about my own reach-out leads to where it stands: Home.
  const own = name === 'reach-outs' && parts[0] === state.mine?.id;
  const screen = own ? INSIDE[''] : (INSIDE[name] ?? INSIDE['']);
  if (!screen) return null;
  // In the three seconds there is nothing beside "Undo" to hit by mistake.
  const ringing = screen.tab === 'home' && state.press && !state.press.held && next(state.press, Date.now()).kind === 'ring';
  return (
    <>
      {state.word && (
        <p class="banner" role="status">
          {state.word}
        </p>
      )}
      {screen.show(...parts)}
      {!ringing && <Nav current={screen.tab} />}
    </>
  );
}
