// What is kept of a person, in plain words: what they agree to with an account.
import { t } from '../i18n';
import { Icon } from './icons';

export const PrivacyLines = ({ kind = 'card' }: { kind?: string }) => (
  <ul class={kind}>
    {([1, 2, 3, 4, 5, 6, 7] as const).map((line) => (
      <li key={line}>{t(`privacy.${line}`)}</li>
    ))}
  </ul>
);

/** The same, folded, below the form of a new account. */
export const PrivacyFold = () => (
  <details class="card fold">
    <summary>
      <span>{t('consent.what')}</span>
      <Icon name="down" />
    </summary>
    <PrivacyLines kind="stack" />
  </details>
);
