// The first screen: what the app is, what it is not, and the ways in.
import { useEffect } from 'preact/hooks';
import { api } from '../api/client';
import { Headline } from '../components/basics';
import { Light } from '../components/lamp';
import { NoEmergencyService } from '../components/people';
import { t } from '../i18n';
import { region } from '../platform/locale';
import { to } from '../store/router';
import { change, state } from '../store/store';

/** Load the region's helplines for somebody who is not signed in. */
export function useHelplines(): void {
  useEffect(() => {
    if (!state.helplines)
      void api
        .GET('/v1/helplines', { params: { query: { region: region() } } })
        .then(({ data }) => data && change({ helplines: data }));
  }, []);
}

export function Welcome() {
  useHelplines();
  return (
    <main class="page">
      <div class="hero grow">
        <Light cord />
        <Headline>Porchlight</Headline>
        <p>{t('welcome.what')}</p>
      </div>
      <div class="stack">
        <a class="btn main" href={to('create-account')}>
          {t('create-account.button')}
        </a>
        <a class="btn" href={to('sign-in')}>
          {t('sign-in.button')}
        </a>
        <a class="btn quiet" href={to('link')}>
          {t('paste-link.offer')}
        </a>
      </div>
      <NoEmergencyService helplines={state.helplines} />
    </main>
  );
}
