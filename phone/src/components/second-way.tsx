// Asks for a second way into the account, calmly, for as long as there is only one.
import { t } from '../i18n';
import { to } from '../store/router';
import { hasOneWayIn } from '../store/ways-in';
import { Lamp } from './lamp';
import { Row } from './rows';

export function SecondWay() {
  if (!hasOneWayIn()) return null;
  return (
    <a class="card row" href={to('settings', 'passphrase')}>
      <Row lamp={<Lamp state="lit" />} name={t('second-way.head')} says={t('second-way.say')} />
    </a>
  );
}
