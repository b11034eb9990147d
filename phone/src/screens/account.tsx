// What is kept of me in plain words, and leaving for good.
import { useState } from 'preact/hooks';
import { api } from '../api/client';
import { Button, ErrorText } from '../components/basics';
import { PrivacyLines } from '../components/privacy';
import { Proof } from '../components/proof';
import { SubPage } from '../components/sub-page';
import type { Schemas } from '../contract/types';
import { CONSENT } from '../domain/consent';
import { language, t } from '../i18n';
import { place } from '../i18n/format';
import { errorText } from '../i18n/problem';
import { formatDate } from '../platform/locale';
import { refresh } from '../store/refresh';
import { to } from '../store/router';
import { clearSession } from '../store/session';
import { change, state } from '../store/store';

/** With its year, today too: what was agreed to is looked up long after. */
const date = (at: string): string =>
  formatDate(at, { day: 'numeric', month: 'long', year: 'numeric' }, place(), language());

export function Privacy() {
  const consent = state.me?.consent;
  const agree = async () => {
    const { data, error } = await api.PUT('/v1/me/consent', { body: { version: CONSENT } });
    change(data ? { me: data } : { toast: errorText(error) });
  };
  return (
    <SubPage of="settings" head={t('settings.privacy')}>
      <PrivacyLines />
      {consent?.version === CONSENT ? (
        <p role="status">{t('consent.given', { time: date(consent.given_at) })}</p>
      ) : (
        <Button onPress={agree}>{t('consent.give')}</Button>
      )}
      <a class="btn quiet" href={to('settings', 'delete')}>
        {t('consent.back')}
      </a>
    </SubPage>
  );
}

/** Let the person choose a file; '' when they leave it. An app that does not hold on to the field may never hear of the choice. */
let chooser: HTMLInputElement | undefined;
const chooseFile = () =>
  new Promise<Blob | undefined>((resolve) => {
    chooser = document.createElement('input');
    chooser.type = 'file';
    chooser.accept = '.zip,.json,application/zip,application/json';
    chooser.onchange = chooser.oncancel = () => {
      resolve(chooser?.files?.[0]);
      chooser = undefined;
    };
    chooser.click();
  });

/** A file may be large, and the network slow. */
const IMPORT_MS = 120_000;

export function ImportData() {
  const [brought, setBrought] = useState<Schemas['ImportOut']>();
  const [message, setMessage] = useState('');
  const bring = async () => {
    const file = await chooseFile();
    if (!file) return;
    const signal = AbortSignal.timeout(IMPORT_MS);
    const { data, error } = await api.POST('/v1/me/import', { body: file as never, signal });
    setMessage(errorText(error));
    setBrought(data);
    if (data) void refresh();
  };
  return (
    <SubPage of="settings" head={t('import.head')}>
      <p>{t('import.say')}</p>
      <p>{t('import.people')}</p>
      <ErrorText>{message}</ErrorText>
      <p role="status">{brought && t('import.done', { ...brought, plan: '' })}</p>
      <Button kind="primary" onPress={bring}>
        {t('import.choose')}
      </Button>
    </SubPage>
  );
}

export function DeleteAccount() {
  const erase = async () => {
    const { error } = await api.DELETE('/v1/me');
    if (error) change({ toast: errorText(error) });
    else await clearSession(t('session.account-deleted'));
  };
  return (
    <SubPage of="settings" head={t('settings.delete')}>
      <p>{t('delete.say')}</p>
      <Proof to={t('delete.yes')} kind="quiet" onProven={erase}>
        <a class="btn" href={to('settings')}>
          {t('delete.no')}
        </a>
      </Proof>
    </SubPage>
  );
}
