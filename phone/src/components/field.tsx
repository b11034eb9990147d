// Fields with validation messages below them: the browser's bubble covers the hint and uses the browser's language.
import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { t } from '../i18n';

type Input = HTMLInputElement;

function validationMessage({ validity, type }: Input, otherwise: string | undefined): string {
  if (validity.valueMissing && !validity.badInput)
    return t(type === 'checkbox' ? 'field-error.unticked' : 'field-error.missing');
  if (validity.tooShort) return t('field-error.short');
  return otherwise ?? t(type === 'email' ? 'field-error.email' : 'field-error.other');
}

/** Wrap one field and show why it is invalid. `otherwise`: the message for a value that cannot be used. */
export function Validated({ otherwise, children }: { otherwise?: string | undefined; children: ComponentChildren }) {
  const [message, setMessage] = useState('');
  const onInvalid = (event: Event) => {
    event.preventDefault();
    const input = event.target as Input;
    setMessage(validationMessage(input, otherwise));
    input.setAttribute('aria-invalid', 'true');
    // Only the first invalid field takes the focus, as in the browser's own validation.
    if (input.form?.querySelector(':is(input, textarea, select):invalid') === input) input.focus();
  };
  const onEdit = ({ target }: Event) => {
    (target as Input).removeAttribute('aria-invalid');
    setMessage('');
  };
  return (
    <div class="stack tight" onInvalidCapture={onInvalid} onInput={onEdit} onChange={onEdit}>
      {children}
      {message && (
        <p class="small" role="alert">
          {message}
        </p>
      )}
    </div>
  );
}

/** A labelled field. `hint` is read out with it; `otherwise` is the message for a value that cannot be used. */
export function Field({
  label,
  hint,
  otherwise,
  ...attributes
}: {
  label: string;
  hint?: ComponentChildren;
  otherwise?: string | undefined;
  [attribute: string]: unknown;
}) {
  const id = `f-${label.replace(/\W+/g, '-')}`;
  return (
    <Validated otherwise={otherwise}>
      <label for={id}>{label}</label>
      <input class="field" id={id} aria-describedby={hint ? `${id}-hint` : undefined} {...attributes} />
      {hint && (
        <p class="soft small" id={`${id}-hint`}>
          {hint}
        </p>
      )}
    </Validated>
  );
}
