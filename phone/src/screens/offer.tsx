// After very low or lonely, once it is kept: a hand, offered once a day. Nobody is told of it.

import { Headline } from '../components/basics';
import { CalmLink, pressFromHere } from '../components/calm-doors';
import { Light } from '../components/lamp';
import { CircleLamps, nameOf } from '../components/people';
import { Back } from '../components/sub-page';
import { activeMembers } from '../domain/circle';
import { withApp } from '../domain/with-app';
import { t } from '../i18n';
import { to } from '../store/router';
import { state } from '../store/store';
import { declineOffer } from './check-in';

/** `shared`: with somebody, who has been told. */
export function Offer({ shared }: { shared?: boolean }) {
  const circle = activeMembers(state.circle);
  const readers = withApp(circle);
  const near = readers.find((member) => member.available_now) ?? readers[0];
  return (
    <main class="page">
      <Back href={to()}>{t('check-in.name')}</Back>
      <section class="hero">
        <Light />
        <Headline live>{t('offer.head')}</Headline>
        <p>{t(shared ? 'offer.say-shared' : 'offer.say')}</p>
      </section>
      <section class="stack">
        <button type="button" class="btn main" onClick={pressFromHere}>
          {t('press.button')}
        </button>
        {/* Without a network nobody can be asked calmly, and nobody knows who can be reached. */}
        {circle.length > 0 && state.online && <CalmLink />}
        {near && (
          <a class="btn" href={to('people', near.person.id)}>
            <span>{t('offer.word', { name: nameOf(near) })}</span>
          </a>
        )}
        <a class="btn quiet" href={to()} onClick={declineOffer}>
          {t('offer.not-now')}
        </a>
      </section>
      <section class="hero">
        {state.online && <CircleLamps of={circle} />}
        <p class="soft small">{t('home.encouragement')}</p>
      </section>
    </main>
  );
}
