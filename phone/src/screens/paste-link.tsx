// An invitation out of a message: for a link that was changed on its way, or that opened somewhere else than in the app.

import { Back, Says } from '../components/basics';
import { Fill } from '../components/field';
import type { Filled } from '../components/form';
import { Form } from '../components/form';
import { invitationIn } from '../domain/links';
import { say } from '../i18n';
import { go, to } from '../store/router';

/** `broken`: a link has led here and could not be read. */
export function PasteLink({ broken }: { broken?: boolean }) {
  const open = async (filled: Filled) => {
    const token = invitationIn(filled('link'));
    if (!token) return say('link.none');
    go('invitation', token);
    return '';
  };
  return (
    <main class="page">
      <Back href={to()} />
      <div class="stack">
        <Says live>{say(broken ? 'link.broken' : 'link.head')}</Says>
        <p>{say(broken ? 'link.broken-say' : 'link.say')}</p>
      </div>
      <Form send={open} submit={say('link.open')}>
        <Fill>
          <label for="link">{say('link.field')}</label>
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
        </Fill>
      </Form>
      <p class="soft small">{say('link.else')}</p>
    </main>
  );
}
