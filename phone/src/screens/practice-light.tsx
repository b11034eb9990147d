// A practice light from somebody I am there for: nothing is wrong, one tap, and that is all.
import { useState } from 'preact/hooks';
import { Button, ErrorText, Headline } from '../components/basics';
import { Icon } from '../components/icons';
import { Lamp } from '../components/lamp';
import { nameOf } from '../components/people';
import { Back } from '../components/sub-page';
import type { Practice } from '../contract/types';
import { t } from '../i18n';
import { errorText } from '../i18n/problem';
import { moment } from '../i18n/span';
import { sendOrKeep } from '../store/letters';
import { platform } from '../store/notifications';
import { to } from '../store/router';
import { state } from '../store/store';

export function PracticeLight({
  id,
  of,
  notFound,
  onChange,
}: {
  id: string;
  of: Practice | undefined;
  notFound: boolean;
  onChange: () => Promise<void>;
}) {
  const [message, setMessage] = useState('');
  const path = `/v1/practices/${id}/seen`;
  const waits = state.letters.some((letter) => letter.path === path);
  // Without a network nobody knows whose it is; the tap is kept all the same.
  const name = nameOf(of?.from);
  const seen = !!of?.members[0]?.seen_at;
  const see = async () => {
    const { error } = await sendOrKeep(path, {});
    setMessage(errorText(error));
    if (!error) await onChange();
  };
  const headline = () => {
    if (notFound) return t('shared.not-found');
    if (seen) return t('practice.knows', { name });
    if (waits) return t('practice.kept');
    return of ? t('practice.from', { name }) : t('practice.from-somebody');
  };
  const says = () => {
    if (notFound) return t('shared.not-found-say');
    if (seen || waits) return t('practice.knows-say');
    return of?.ended_at ? t('practice.over-say', { name }) : t('practice.from-say', { name });
  };
  const real = of && state.incoming.find((reachOut) => reachOut.from.id === of.from.id && !reachOut.calm);
  return (
    <main class="page">
      <Back href={to('inbox')}>{of ? moment(of.created_at) : t('tab.inbox')}</Back>
      {real && (
        <a class="card warm row" href={to('reach-outs', real.id)}>
          <span class="name says">{t('practice.real', { name })}</span>
          <Icon name="next" />
        </a>
      )}
      <section class="hero">
        <Lamp ring state={`big practice ${seen ? 'bright' : 'lit'}`} />
        <p class="tag">{t('practice.tag')}</p>
        <Headline live>{headline()}</Headline>
        <p>{says()}</p>
      </section>
      {!notFound && !seen && !waits && (
        <section class="stack">
          <Button kind="large dashed" onPress={see}>
            {t('practice.see')}
          </Button>
          <ErrorText>{message}</ErrorText>
          <p class="soft small mid">{t('practice.nothing-else')}</p>
        </section>
      )}
      {!notFound && (
        <details class="card fold">
          <summary>
            <span>{t('practice.no-show')}</span>
            <Icon name="down" />
          </summary>
          <p>{t(`notify-help.${platform}`)}</p>
          <a class="btn" href={to('settings')}>
            {t('practice.test')}
          </a>
        </details>
      )}
    </main>
  );
}
