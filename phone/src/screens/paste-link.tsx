// An invitation out of a message: for a link that was changed on its way, or that opened somewhere else than in the app.

import { Back, Headline } from '../components/basics';
import { Validated } from '../components/field';
import type { ReadField } from '../components/form';
import { Form } from '../components/form';
import { findInvitationToken } from '../domain/links';
import { t } from '../i18n';
import { go, to } from '../store/router';

/** `broken`: a link has led here and could not be read. */
export function PasteLink({ broken }: { broken?: boolean }) {
  const open = async (filled: ReadField) => {
    const token = findInvitationToken(filled('link'));
    if (!token) return t('link.none');
    go('invitation', token);
    return '';
  };
  return (
    <main class="page">
      <Back href={to()} />
      <div class="stack">
        <Headline live>{t(broken ? 'link.broken' : 'link.head')}</Headline>
        <p>{t(broken ? 'link.broken-say' : 'link.say')}</p>
      </div>
      <Form send={open} submit={t('link.open')}>
        <Validated>
          <label for="link">{t('link.field')}</label>
          <textarea
            class="field"
            id="link"
            name="link"
            rows={4}
            dir="auto"
            autocomplete="off"
            autocapitalize="none"
            spellcheck={false}
            required
          />
        </Validated>
      </Form>
      <p class="soft small">{t('link.else')}</p>
    </main>
  );
}
