// Which screen stands where, and the bar at the bottom. What the press needs is loaded with the app, the rest when it is opened.
import type { ComponentChild } from 'preact';
import { Nav } from './components/basics';
import { Boundary } from './components/boundary';
import { later } from './components/lazy-screen';
import { BlankNote } from './components/quick-hide';
import { next } from './domain/press';
import { Home } from './screens/home';
import { Mine } from './screens/my-reach-out';
import { Nobody, PressPage } from './screens/pending-press';
import { Rescue } from './screens/rescue';
import { Welcome } from './screens/welcome';
import { state } from './store/store';

const DeleteAccount = later(async () => (await import('./screens/account')).DeleteAccount);
const Devices = later(async () => (await import('./screens/account')).Devices);
const Privacy = later(async () => (await import('./screens/account')).Privacy);
const Bookends = later(async () => (await import('./screens/bookends')).Bookends);
const Circle = later(async () => (await import('./screens/circle')).Circle);
const CreateAccount = later(async () => (await import('./screens/create-account')).CreateAccount);
const Fallback = later(async () => (await import('./screens/channels')).Fallback);
const Hours = later(async () => (await import('./screens/hours')).Hours);
const Inbox = later(async () => (await import('./screens/inbox')).Inbox);
const Join = later(async () => (await import('./screens/join')).Join);
const NumberPage = later(async () => (await import('./screens/contact-number')).NumberPage);
const PasteLink = later(async () => (await import('./screens/paste-link')).PasteLink);
const Passkeys = later(async () => (await import('./screens/passkeys')).Passkeys);
const Passphrase = later(async () => (await import('./screens/passphrase')).Passphrase);
const Reflection = later(async () => (await import('./screens/reflection')).Reflection);
const Reflections = later(async () => (await import('./screens/reflections')).Reflections);
const Settings = later(async () => (await import('./screens/settings')).Settings);
const CheckInPage = later(async () => (await import('./screens/shared')).CheckInPage);
const ReachInPage = later(async () => (await import('./screens/shared')).ReachInPage);
const Recover = later(async () => (await import('./screens/sign-in')).Recover);
const SignIn = later(async () => (await import('./screens/sign-in')).SignIn);
const Supporter = later(async () => (await import('./screens/incoming-reach-out')).Supporter);
const Times = later(async () => (await import('./screens/ladder-settings')).Times);

interface Screen {
  /** The tab that is marked as the current one. */
  tab: string;
  show: (...parts: string[]) => ComponentChild;
}

/** A link that could not be read any more is an invitation without a token. */
function invited(token?: string): ComponentChild {
  return token ? <Join key={token} token={token} /> : <PasteLink broken />;
}

/** My own reach-out where there is one, else Home. */
function homeTab(): ComponentChild {
  if (state.press) return <PressPage press={state.press} />;
  if (state.nobody) return <Nobody />;
  return state.mine ? <Mine of={state.mine} /> : <Home />;
}

/** Addresses for everybody: `#/sign-in`. */
const OUTSIDE: Record<string, (...parts: string[]) => ComponentChild> = {
  '': () => <Welcome />,
  'sign-in': () => <SignIn />,
  'recover': () => <Recover />,
  'create-account': () => <CreateAccount />,
  'invitation': invited,
  'link': () => <PasteLink />,
};

/** Addresses for whoever is signed in. A new screen is one more line here. */
const INSIDE: Record<string, Screen> = {
  '': {
    tab: 'home',
    show: homeTab,
  },
  'reflection': { tab: '', show: (id = '') => <Reflection id={id} /> },
  'invitation': { tab: '', show: invited },
  'link': { tab: 'circle', show: () => <PasteLink /> },
  'inbox': { tab: 'inbox', show: () => <Inbox /> },
  'reach-outs': { tab: 'inbox', show: (id = '') => <Supporter key={id} id={id} /> },
  'circle': { tab: 'circle', show: (page) => (page === 'times' ? <Times /> : <Circle />) },
  'bookends': { tab: 'home', show: (id) => <Bookends key={id} id={id} /> },
  'check-ins': { tab: 'inbox', show: (id = '') => <CheckInPage key={id} id={id} /> },
  'reach-ins': { tab: 'inbox', show: (id = '') => <ReachInPage key={id} id={id} /> },
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
  reflections: () => <Reflections />,
  delete: () => <DeleteAccount />,
};

export function App() {
  return (
    <>
      <Boundary otherwise={rescue}>
        <Shown />
      </Boundary>
      {state.hidden && <BlankNote />}
    </>
  );
}

const rescue = (again: () => void) => <Rescue onAgain={again} />;

/** One screen; when it fails, what is needed most stands in its place, until another screen is opened or it is tried again. */
function Safe({ children }: { children: ComponentChild }) {
  return (
    <Boundary
      key={[state.session, !!state.press, state.mine?.id, state.nobody, ...state.route].join('/')}
      otherwise={rescue}
    >
      {children}
    </Boundary>
  );
}

function Shown() {
  if (state.session === 'starting') return null;
  const [name = '', ...parts] = state.route;
  // Making an account ends with its codes, whatever the session is by then.
  if (state.session !== 'in') {
    const dead = state.session === 'dead' && !name;
    const show = dead ? OUTSIDE['sign-in'] : (OUTSIDE[name] ?? OUTSIDE['']);
    return (
      <Safe>
        <Lazily show={() => (dead && state.press ? <PressPage press={state.press} /> : (show?.(...parts) ?? null))} />
      </Safe>
    );
  }
  // A notice about my own reach-out leads to where it stands: Home.
  const own = name === 'reach-outs' && parts[0] === state.mine?.id;
  const screen = own ? INSIDE[''] : (INSIDE[name] ?? INSIDE['']);
  if (!screen) return null;
  // In the three seconds there is nothing beside "Undo" to hit by mistake.
  const ringing =
    screen.tab === 'home' && state.press && !state.press.held && next(state.press, Date.now()).kind === 'ring';
  return (
    <>
      {state.word && (
        <p class="banner" role="status">
          {state.word}
        </p>
      )}
      <Safe>
        <Lazily show={() => screen.show(...parts)} />
      </Safe>
      <Boundary>{!ringing && name !== 'invitation' && <Nav current={screen.tab} />}</Boundary>
    </>
  );
}

/** Calls what makes a screen inside of its boundary, so that an error there is caught, too. */
function Lazily({ show }: { show: () => ComponentChild }) {
  return show();
}
