// The screens of a day: the check-in, the hand offered after it, one's own list, the week, and what others share.
import { isWeekDay, weekLooked } from '../store/rhythm';
import { state } from '../store/store';
import { CheckInList, NewCheckIn } from './check-in';
import { Offer } from './offer';
import { CheckInLink } from './thread-link';
import { Week, Weeks } from './week';

const PAGES: Record<string, () => preact.ComponentChild> = {
  '': () => <CheckInList />,
  'new': () => <NewCheckIn />,
  'offer': () => <Offer />,
  'offer-shared': () => <Offer shared />,
  'week': () => <Week />,
  'look-back': () => <Weeks />,
  // What a reminder opens: the check-in, or the week on its day, until it was looked at.
  'moment': () => (isWeekDay(state.now) && !weekLooked(state.now) ? <Week /> : <NewCheckIn />),
};

export const Today = ({ page }: { page: string }) => PAGES[page]?.() ?? <CheckInLink id={page} />;
