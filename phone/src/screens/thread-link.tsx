// The addresses of a check-in and of words, as links have them: mine opens to be changed, others stand in the thread of the two.
import { useEffect } from 'preact/hooks';
import { api } from '../api/client';
import { Headline } from '../components/basics';
import { Back } from '../components/sub-page';
import { useQuery } from '../components/use-query';
import { t } from '../i18n';
import { replaceRoute, to } from '../store/router';
import { state } from '../store/store';
import { CheckInForm } from './check-in';

export function CheckInLink({ id }: { id: string }) {
  const [checkIn, , notFound] = useQuery(
    () => api.GET('/v1/check-ins/{check_in_id}', { params: { path: { check_in_id: id } } }),
    [id],
  );
  if (checkIn?.mine) return <CheckInForm of={checkIn} />;
  return <ToThread of={checkIn?.from.id} notFound={notFound} />;
}

export function ReachInLink({ id }: { id: string }) {
  const [reachIn, , notFound] = useQuery(
    () => api.GET('/v1/reach-ins/{reach_in_id}', { params: { path: { reach_in_id: id } } }),
    [id],
  );
  return <ToThread of={(reachIn?.mine ? reachIn.to : reachIn?.from)?.id} notFound={notFound} />;
}

function ToThread({ of: person, notFound }: { of: string | undefined; notFound: boolean }) {
  useEffect(() => {
    if (person) replaceRoute('people', person);
  }, [person]);
  return (
    <main class="page">
      <Back href={to('inbox')}>{t('tab.inbox')}</Back>
      {notFound ? (
        <section class="stack">
          <Headline live>{t('shared.not-found')}</Headline>
          <p>{t('shared.not-found-say')}</p>
        </section>
      ) : (
        !state.online && <Headline small>{t('all.network-error')}</Headline>
      )}
    </main>
  );
}
