// The screens of a day: the check-in, the hand offered after it, one's own list, the week, and what others share.
import { lazyScreen } from '../components/lazy-screen';
import { state } from '../store/store';
import { CheckInForm, CheckInList } from './check-in';
import { Offer } from './offer';
import { isWeekDay } from './today-lines';
import { Week, Weeks } from './week';

const CheckInPage = lazyScreen(async () => (await import('./shared')).CheckInPage);

const PAGES: Record<string, () => preact.ComponentChild> = {
  '': () => <CheckInList />,
  'new': () => <CheckInForm />,
  'offer': () => <Offer />,
  'week': () => <Week />,
  'look-back': () => <Weeks />,
  // What a reminder opens: the check-in, or the week on its day.
  'moment': () => (isWeekDay(state.now) ? <Week /> : <CheckInForm />),
};

export const Today = ({ page }: { page: string }) => PAGES[page]?.() ?? <CheckInPage id={page} />;
