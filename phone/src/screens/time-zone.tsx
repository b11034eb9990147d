// The phone has come to another time zone: whether my hours and moments follow it is asked in one quiet line, and once.
import { Button } from '../components/basics';
import { timeInWords } from '../components/hours-in-words';
import { SubPage } from '../components/sub-page';
import { timeIn } from '../domain/day';
import { t } from '../i18n';
import { timeZone } from '../platform/locale';
import { readSlot, writeSlot } from '../platform/slots';
import { updateProfile } from '../store/profile';
import { replaceRoute } from '../store/router';
import { state } from '../store/store';
import { myZone } from '../store/today';

/** The zone of this phone that my profile is not to follow. */
const NOT_FOLLOWED = 'zone-left';

/** Whether this phone's clock shows another time than the zone of my profile, and nothing was said about it yet. */
export function hasMoved(): boolean {
  const [here, mine] = [timeZone(), myZone()];
  // A browser that hides its zone says UTC.
  if (!mine || here === 'UTC' || readSlot(NOT_FOLLOWED) === here) return false;
  return timeIn(here, state.now) !== timeIn(mine, state.now);
}

export function TimeZonePage() {
  const here = timeZone();
  const clock = (zone: string | undefined) => timeInWords(timeIn(zone, state.now));
  const leave = (left: string | null) => {
    writeSlot(NOT_FOLLOWED, left);
    replaceRoute();
  };
  return (
    <SubPage of="settings" head={t('zone.head')} says={t('zone.say', { here: clock(here), there: clock(myZone()) })}>
      <div class="stack">
        <Button kind="main" onPress={async () => (await updateProfile({ time_zone: here })) && leave(null)}>
          {t('zone.follow')}
        </Button>
        <Button kind="quiet" onPress={() => leave(here)}>
          {t('zone.stay')}
        </Button>
      </div>
    </SubPage>
  );
}
