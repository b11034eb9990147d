// "When you press, I …": a helper's own words for somebody, chosen from a few or written. Asked at joining, changed at any time.
import type { ComponentChildren } from 'preact';
import { api } from '../api/client';
import { t } from '../i18n';
import { errorText } from '../i18n/problem';
import { draftTo } from '../store/threads';
import { RadioGroup } from './basics';
import { Form } from './form';
import { Begun, useDraft } from './use-draft';

const MAX_LENGTH = 200;

export function StandingWordsForm({
  of,
  name,
  submit,
  kind = '',
  onSaved,
  after,
}: {
  of: { id: string; standing_words?: string | null };
  name: string;
  submit: string;
  kind?: string;
  onSaved: () => unknown;
  after?: ComponentChildren;
}) {
  const draft = `standing-${of.id}`;
  const [typed, type, found] = useDraft(draft);
  const words = typed ?? of.standing_words ?? '';
  const save = async () => {
    const { error } = await api.PATCH('/v1/supporting/{membership_id}', {
      params: { path: { membership_id: of.id } },
      body: { standing_words: words.trim() || null },
    });
    if (error) return errorText(error);
    await onSaved();
    // What was typed while it was on its way stays.
    if (draftTo(draft) === typed) type();
    return '';
  };
  return (
    <Form send={save} submit={submit} kind={kind} after={after}>
      <p class="soft">{t('standing.say', { name })}</p>
      <div class="stack tight">
        <label class="soft" for="standing">
          {t('standing.lead')}
        </label>
        <textarea
          class="field words"
          id="standing"
          rows={2}
          maxLength={MAX_LENGTH}
          value={words}
          onInput={(event) => type(event.currentTarget.value)}
        />
      </div>
      {found && <Begun />}
      <RadioGroup
        legend={t('standing.some')}
        name="some"
        value={words}
        options={t('standing.choice')
          .split('; ')
          .map((choice) => [choice, choice])}
        onPick={type}
      />
    </Form>
  );
}
