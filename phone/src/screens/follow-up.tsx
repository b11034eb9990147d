// The morning after a reach-out that nobody answered: it is taken up, gently.
import { Headline } from '../components/basics';
import { CalmLink } from '../components/calm-doors';
import { Lamp } from '../components/lamp';
import { t } from '../i18n';
import { to } from '../store/router';

export function FollowUp() {
  return (
    <main class="page">
      <section class="stack">
        <Lamp state="low" />
        <Headline>{t('notice.follow-up-me')}.</Headline>
        <p>{t('follow-up.say')}</p>
      </section>
      <section class="stack">
        <CalmLink />
        <a class="btn" href={to('circle')}>
          {t('follow-up.word')}
        </a>
        <a class="btn quiet" href={to()}>
          {t('follow-up.home')}
        </a>
      </section>
    </main>
  );
}
