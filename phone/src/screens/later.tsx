// Every screen that a press does not need, by its address. One import() brings them all.
import type { ComponentChild } from 'preact';
import type { InsideAddress, OutsideAddress } from '../domain/addresses';
import { DeleteAccount, ImportData, Privacy } from './account';
import { AccountAccess } from './account-access';
import { AppLock } from './app-lock';
import { Bookends } from './bookends';
import { CalmPage } from './calm-ask';
import { Channels } from './channels';
import { Circle } from './circle';
import { Commitments } from './commitments';
import { Connection } from './connection';
import { ContactNumber } from './contact-number';
import { CreateAccount } from './create-account';
import { FirstWeek } from './first-week';
import { FollowUp } from './follow-up';
import { Hours } from './hours';
import { Inbox } from './inbox';
import { IncomingReachOut } from './incoming-reach-out';
import { Join } from './join';
import { LadderSettings } from './ladder-settings';
import { NotifyPage } from './notify';
import { Passkeys } from './passkeys';
import { Passphrase } from './passphrase';
import { PasteLink } from './paste-link';
import { Person } from './person';
import { PlanPage } from './plan';
import { PracticePage } from './practice';
import { Reflection } from './reflection';
import { Reflections } from './reflections';
import { AwayPage, RhythmPage } from './rhythm';
import { Settings } from './settings';
import { Recover, SignIn } from './sign-in';
import { ReachInLink } from './thread-link';
import { TimeZonePage } from './time-zone';
import { Today } from './today';

export { ProofSheet } from '../components/proof-sheet';
export { CalmDay } from './calm-day';
export { CalmCard } from './calm-open';
export { FirstWeekRow } from './first-week';
export { HelperHome } from './helper-home';
export { Unlock } from './unlock';

/** The further parts of an address are its arguments. */
type Show = (...parts: string[]) => ComponentChild;

/** Without a token, the invitation link was unreadable. */
const invitation: Show = (token) => (token ? <Join key={token} token={token} /> : <PasteLink broken />);

/** Addresses without a session: `#/sign-in`. */
const OUTSIDE: Record<OutsideAddress, Show> = {
  'sign-in': () => <SignIn />,
  'recover': () => <Recover />,
  'create-account': (token) => <CreateAccount token={token} />,
  invitation,
  'link': () => <PasteLink />,
};

/** The pages below Circle. */
const CIRCLE: Record<string, Show> = {
  times: () => <LadderSettings />,
  connection: () => <Connection />,
  invite: () => <Circle inviting />,
  practice: () => <PracticePage page="" />,
  night: () => <PracticePage page="night" />,
};

/** The pages below Settings. */
const SETTINGS: Record<string, Show> = {
  'notifications': () => <NotifyPage />,
  'time-zone': () => <TimeZonePage />,
  hours: () => <Hours />,
  away: () => <AwayPage />,
  rhythm: () => <RhythmPage />,
  number: () => <ContactNumber />,
  fallback: () => <Channels />,
  devices: () => <AccountAccess />,
  passkeys: () => <Passkeys />,
  passphrase: () => <Passphrase />,
  plan: (part) => <PlanPage part={part} />,
  privacy: () => <Privacy />,
  reflections: () => <Reflections />,
  import: () => <ImportData />,
  lock: (part) => <AppLock asked={part === 'asked'} />,
  delete: () => <DeleteAccount />,
};

/** Addresses for whoever is signed in. A new screen is one more line here, and its tab in domain/addresses.ts. */
const INSIDE: Record<InsideAddress, Show> = {
  'reflection': (id = '') => <Reflection id={id} />,
  invitation,
  'link': () => <PasteLink />,
  'inbox': () => <Inbox />,
  'reach-outs': (id = '') => <IncomingReachOut key={id} id={id} />,
  'circle': (page = '') => CIRCLE[page]?.() ?? <Circle />,
  'people': (id = '') => <Person key={id} id={id} />,
  'calm': (page = '') => <CalmPage page={page} />,
  'bookends': (id) => <Bookends key={id} id={id} />,
  'commitments': (id, page) => <Commitments key={id} id={id} page={page} />,
  'check-ins': (page = '') => <Today key={page} page={page} />,
  'week': (page = 'week') => <Today key={page} page={page} />,
  'moment': () => <Today page="moment" />,
  'first-week': () => <FirstWeek />,
  'follow-up': () => <FollowUp />,
  'reach-ins': (id = '') => <ReachInLink key={id} id={id} />,
  'practices': (id = '') => <PracticePage key={id} page={id} />,
  'settings': (page = '', part = '') => SETTINGS[page]?.(part) ?? <Settings />,
};

/** The screen of an address. */
export function LaterScreen({ inside, name, parts }: { inside: boolean; name: string; parts: string[] }) {
  const pages: Record<string, Show> = inside ? INSIDE : OUTSIDE;
  return pages[name]?.(...parts);
}
