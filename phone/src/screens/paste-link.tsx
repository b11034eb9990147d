// Opens an invitation from a pasted message: for a link that was mangled on its way, or that opens outside the app.

import { Headline } from '../components/basics';
import { Validated } from '../components/field';
import type { ReadField } from '../components/form';
import { Form } from '../components/form';
import { Back } from '../components/sub-page';
import { findInvitationToken } from '../domain/links';
import { t } from '../i18n';
import { go, to } from '../store/router';

/** `broken`: shown for an unreadable link. */
export function PasteLink({ broken }: { broken?: boolean }) {
  const open = async (readField: ReadField) => {
    const token = findInvitationToken(readField('link'));
    if (!token) return t('paste-link.not-found');
    go('invitation', token);
    return '';
  };
  return (
    <main class="page">
      <Back href={to()} />
      <div class="stack">
        <Headline live>{t(broken ? 'paste-link.broken' : 'paste-link.head')}</Headline>
        <p>{t(broken ? 'paste-link.broken-say' : 'paste-link.say')}</p>
      </div>
      <Form send={open} submit={t('paste-link.open')}>
        <Validated>
          <label for="link">{t('paste-link.field')}</label>
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
      <p class="soft small">{t('paste-link.ask-again')}</p>
    </main>
  );
}
