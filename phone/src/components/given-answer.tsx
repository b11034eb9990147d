// What I have answered to somebody: how they know it, how they like to be helped, their number, and a way to change it.
import type { ComponentChildren } from 'preact';
import type { ReachOut } from '../contract/types';
import { t } from '../i18n';
import { Button, ErrorText } from './basics';
import { Lamp } from './lamp';
import { Call } from './people';

export function GivenAnswer({
  of,
  name,
  says,
  isThere,
  failure,
  onChange,
  children,
}: {
  of: ReachOut;
  name: string;
  says: string;
  isThere: boolean;
  failure: string;
  onChange: () => void;
  children?: ComponentChildren;
}) {
  return (
    <>
      <div class="card" tabIndex={-1}>
        <div class="line">
          <Lamp state={isThere ? 'bright' : 'dim'} />
          <p>{says}</p>
        </div>
      </div>
      {of.how_to_help && (
        <div class="card">
          <h2 class="head">{t('how-to-help.head', { name })}</h2>
          <blockquote class="words">{of.how_to_help}</blockquote>
        </div>
      )}
      {isThere && of.contact && (
        <Call look="btn main" number={of.contact}>
          {t('all.call', { name })}
        </Call>
      )}
      {isThere && !of.contact && <p class="soft">{t('incoming.no-number', { name })}</p>}
      {children}
      <ErrorText>{failure}</ErrorText>
      <Button kind="quiet" onPress={onChange}>
        {t('incoming.change-answer')}
      </Button>
    </>
  );
}
