// Which address shows which screen, and the bar at the bottom. What a press needs is loaded with the app, other screens
// on demand.
import type { ComponentChild } from 'preact';
import { useEffect } from 'preact/hooks';
import { Nav } from './components/basics';
import { Boundary } from './components/boundary';
import { lazyScreen } from './components/lazy-screen';
import { BlankNote } from './components/quick-hide';
import { nextStep } from './domain/press';
import { get } from './platform/storage';
import { Home } from './screens/home';
import { MyReachOut } from './screens/my-reach-out';
import { Nobody, PendingPress } from './screens/pending-press';
import { Rescue } from './screens/rescue';
import { Welcome } from './screens/welcome';
import { state } from './store/store';

const DeleteAccount = lazyScreen(async () => (await import('./screens/account')).DeleteAccount);
const Devices = lazyScreen(async () => (await import('./screens/account')).Devices);
const Privacy = lazyScreen(async () => (await import('./screens/account')).Privacy);
const Bookends = lazyScreen(async () => (await import('./screens/bookends')).Bookends);
const Circle = lazyScreen(async () => (await import('./screens/circle')).Circle);
const Commitments = lazyScreen(async () => (await import('./screens/commitments')).Commitments);
const Connection = lazyScreen(async () => (await import('./screens/connection')).Connection);
const CreateAccount = lazyScreen(async () => (await import('./screens/create-account')).CreateAccount);
const Channels = lazyScreen(async () => (await import('./screens/channels')).Channels);
const AwayPage = lazyScreen(async () => (await import('./screens/rhythm')).AwayPage);
const FirstWeek = lazyScreen(async () => (await import('./screens/first-week')).FirstWeek);
const FollowUp = lazyScreen(async () => (await import('./screens/follow-up')).FollowUp);
const Hours = lazyScreen(async () => (await import('./screens/hours')).Hours);
const Inbox = lazyScreen(async () => (await import('./screens/inbox')).Inbox);
const Join = lazyScreen(async () => (await import('./screens/join')).Join);
const ContactNumber = lazyScreen(async () => (await import('./screens/contact-number')).ContactNumber);
const Person = lazyScreen(async () => (await import('./screens/person')).Person);
const PasteLink = lazyScreen(async () => (await import('./screens/paste-link')).PasteLink);
const Passkeys = lazyScreen(async () => (await import('./screens/passkeys')).Passkeys);
const Passphrase = lazyScreen(async () => (await import('./screens/passphrase')).Passphrase);
const PlanPage = lazyScreen(async () => (await import('./screens/plan')).PlanPage);
const Reflection = lazyScreen(async () => (await import('./screens/reflection')).Reflection);
const Reflections = lazyScreen(async () => (await import('./screens/reflections')).Reflections);
const RhythmPage = lazyScreen(async () => (await import('./screens/rhythm')).RhythmPage);
const Settings = lazyScreen(async () => (await import('./screens/settings')).Settings);
const Today = lazyScreen(async () => (await import('./screens/today')).Today);
const ReachInLink = lazyScreen(async () => (await import('./screens/thread-link')).ReachInLink);
const PracticePage = lazyScreen(async () => (await import('./screens/practice')).PracticePage);
const Recover = lazyScreen(async () => (await import('./screens/sign-in')).Recover);
const SignIn = lazyScreen(async () => (await import('./screens/sign-in')).SignIn);
const IncomingReachOut = lazyScreen(async () => (await import('./screens/incoming-reach-out')).IncomingReachOut);
const LadderSettings = lazyScreen(async () => (await import('./screens/ladder-settings')).LadderSettings);

interface Screen {
  /** The tab that is marked as the current one. */
  tab: string;
  show: (...parts: string[]) => ComponentChild;
}

/** Without a token, the invitation link was unreadable. */
function invitationScreen(token?: string): ComponentChild {
  return token ? <Join key={token} token={token} /> : <PasteLink broken />;
}

/** My own press or reach-out if there is one, else Home. */
function homeTab(): ComponentChild {
  if (state.pendingPress) return <PendingPress press={state.pendingPress} />;
  if (state.circleEmpty) return <Nobody />;
  return state.myReachOut ? <MyReachOut of={state.myReachOut} /> : <Home />;
}

/** Addresses without a session: `#/sign-in`. */
const OUTSIDE: Record<string, (...parts: string[]) => ComponentChild> = {
  '': () => <Welcome />,
  'sign-in': () => <SignIn />,
  'recover': () => <Recover />,
  'create-account': () => <CreateAccount />,
  'invitation': invitationScreen,
  'link': () => <PasteLink />,
};

/** Addresses for whoever is signed in. A new screen is one more line here. */
const INSIDE: Record<string, Screen> = {
  '': {
    tab: 'home',
    show: homeTab,
  },
  'reflection': { tab: '', show: (id = '') => <Reflection id={id} /> },
  'invitation': { tab: '', show: invitationScreen },
  'link': { tab: 'circle', show: () => <PasteLink /> },
  'inbox': { tab: 'inbox', show: () => <Inbox /> },
  'reach-outs': { tab: 'inbox', show: (id = '') => <IncomingReachOut key={id} id={id} /> },
  'circle': { tab: 'circle', show: (page = '') => CIRCLE_PAGES[page]?.() ?? <Circle /> },
  'people': { tab: 'circle', show: (id = '') => <Person key={id} id={id} /> },
  'bookends': { tab: 'home', show: (id) => <Bookends key={id} id={id} /> },
  'commitments': { tab: 'home', show: (id, page) => <Commitments key={id} id={id} page={page} /> },
  'check-ins': { tab: 'home', show: (page = '') => <Today key={page} page={page} /> },
  'week': { tab: 'home', show: (page = 'week') => <Today key={page} page={page} /> },
  'moment': { tab: 'home', show: () => <Today page="moment" /> },
  'first-week': { tab: 'home', show: () => <FirstWeek /> },
  'follow-up': { tab: 'inbox', show: () => <FollowUp /> },
  'reach-ins': { tab: 'inbox', show: (id = '') => <ReachInLink key={id} id={id} /> },
  'practices': { tab: 'inbox', show: (id = '') => <PracticePage key={id} page={id} /> },
  'settings': { tab: 'settings', show: (page = '', part) => PAGES[page]?.(part) ?? <Settings /> },
};

/** The pages below Circle. */
const CIRCLE_PAGES: Record<string, () => ComponentChild> = {
  times: () => <LadderSettings />,
  connection: () => <Connection />,
  practice: () => <PracticePage page="" />,
  night: () => <PracticePage page="night" />,
};

/** The pages below Settings. */
const PAGES: Record<string, (part?: string) => ComponentChild> = {
  hours: () => <Hours />,
  away: () => <AwayPage />,
  rhythm: () => <RhythmPage />,
  number: () => <ContactNumber />,
  fallback: () => <Channels />,
  devices: () => <Devices />,
  passkeys: () => <Passkeys />,
  passphrase: () => <Passphrase />,
  plan: (part) => <PlanPage part={part} />,
  privacy: () => <Privacy />,
  reflections: () => <Reflections />,
  delete: () => <DeleteAccount />,
};

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
        <CurrentScreen />
      </Boundary>
      {state.hidden && <BlankNote />}
    </>
  );
}

const rescue = (again: () => void) => <Rescue onAgain={again} />;

/** One screen. When it fails, `Rescue` takes its place until another screen is opened or it is retried. */
function SafeScreen({ children }: { children: ComponentChild }) {
  return (
    <Boundary
      key={[state.session, !!state.pendingPress, state.myReachOut?.id, state.circleEmpty, ...state.route].join('/')}
      otherwise={rescue}
    >
      {children}
    </Boundary>
  );
}

function CurrentScreen() {
  if (state.session === 'starting') return null;
  const [name = '', ...parts] = state.route;
  if (state.session !== 'in') {
    const expired = state.session === 'expired' && !name;
    const show = expired ? OUTSIDE['sign-in'] : (OUTSIDE[name] ?? OUTSIDE['']);
    return (
      <SafeScreen>
        <Deferred
          show={() =>
            expired && state.pendingPress ? <PendingPress press={state.pendingPress} /> : (show?.(...parts) ?? null)
          }
        />
      </SafeScreen>
    );
  }
  // A notice about my own reach-out leads to Home, which shows it.
  const own = name === 'reach-outs' && parts[0] === state.myReachOut?.id;
  const screen = own ? INSIDE[''] : (INSIDE[name] ?? INSIDE['']);
  if (!screen) return null;
  // During the three seconds of undo there is no bar: nothing beside "Undo" can be hit by mistake.
  const ringing =
    screen.tab === 'home' &&
    state.pendingPress &&
    !state.pendingPress.held &&
    nextStep(state.pendingPress, Date.now()).kind === 'ring';
  return (
    <>
      {state.toast && (
        <p class="banner" role="status">
          {state.toast}
        </p>
      )}
      <SafeScreen>
        <Deferred show={() => screen.show(...parts)} />
      </SafeScreen>
      <Boundary>{!ringing && name !== 'invitation' && <Nav current={screen.tab} />}</Boundary>
    </>
  );
}

/** Calls `show` inside the boundary, so that the boundary catches its errors too. */
function Deferred({ show }: { show: () => ComponentChild }) {
  return show();
}
