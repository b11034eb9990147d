// The page for an address that leads nowhere, or no longer.

import { Headline } from '../components/basics';
import { Lamp } from '../components/lamp';
import { t } from '../i18n';
import { to } from '../store/router';

export function NotFound() {
  return (
    <main class="page">
      <div class="hero grow">
        <Lamp state="dim big" />
        <Headline>{t('not-found.head')}</Headline>
        <p>{t('not-found.say')}</p>
      </div>
      <a class="btn" href={to()}>
        {t('not-found.to-start')}
      </a>
    </main>
  );
}
