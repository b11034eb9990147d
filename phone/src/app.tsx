// Which screen stands where, and the bar at the bottom.
import type { ComponentChild } from 'preact';
import { Nav } from './parts/basics';
import { CreateAccount } from './screens/create-account';
import { Home } from './screens/home';
import { Join } from './screens/join';
import { Recover, SignIn } from './screens/sign-in';
import { Welcome } from './screens/welcome';
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
  '': { tab: 'home', show: () => <Home /> },
  'invitation': { tab: '', show: (token = '') => <Join key={token} token={token} /> },
};

export function App() {
  if (state.session === 'starting') return null;
  const [name = '', ...parts] = state.route;
  // Making an account ends with its codes, whatever the session is by then.
  if (state.session !== 'in') {
    const show = state.session === 'dead' && !name ? OUTSIDE['sign-in'] : (OUTSIDE[name] ?? OUTSIDE['']);
    return show?.(...parts) ?? null;
  }
  const screen = INSIDE[name] ?? INSIDE[''];
  if (!screen) return null;
  return (
    <>
      {state.word && (
        <p class="banner" role="status">
          {state.word}
        </p>
      )}
      {screen.show(...parts)}
      <Nav current={screen.tab} />
    </>
  );
}
