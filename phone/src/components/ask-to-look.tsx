// Asking somebody to look at their phone, by whatever way is left: a text to their number, or what this phone can share with.
import type { PersonOut } from '../contract/types';
import { t } from '../i18n';
import { Button } from './basics';
import { nameOf } from './people';

export function AskToLook({ of, contact }: { of: PersonOut; contact: string | null | undefined }) {
  const name = nameOf(of);
  const message = t('circle.ask-to-open-text', { url: location.origin });
  // The phone's share sheet may stay open for long; the button does not wait for it.
  const share = () => void navigator.share({ text: message }).catch(() => undefined);
  if (contact)
    return (
      <a class="btn" href={`sms:${contact}?&body=${encodeURIComponent(message)}`}>
        {t('circle.ask-to-open', { name })}
      </a>
    );
  return 'share' in navigator ? <Button onPress={share}>{t('circle.ask-to-open', { name })}</Button> : null;
}
