// Fields for a passphrase, and for a new one with an estimate of its strength.
import { useState } from 'preact/hooks';
import { strength } from '../domain/strength';
import { t } from '../i18n';
import { Validated } from './field';

interface Attributes {
  [attribute: string]: unknown;
}

/** A field whose content can be shown: on a small screen in the dark, typing unseen fails too often. */
export function Secret({ label, id, ...attributes }: { label: string; id: string } & Attributes) {
  const [shown, setShown] = useState(false);
  return (
    <Validated>
      <label for={id}>{label}</label>
      <div class="line">
        <input
          class="field"
          id={id}
          name={id}
          required
          type={(shown ? 'text' : 'password') as 'text'}
          {...(attributes as object)}
        />
        <button type="button" class="btn" aria-pressed={shown} onClick={() => setShown(!shown)}>
          {t(shown ? 'all.hide' : 'all.show')}
        </button>
      </div>
    </Validated>
  );
}

export function NewPassphrase({
  label,
  value,
  names,
  onInput,
}: {
  label: string;
  value: string;
  names?: (string | null | undefined)[];
  onInput: (value: string) => void;
}) {
  const grade = strength(value, names);
  return (
    <div class="stack tight">
      <Secret
        label={label}
        id="new-passphrase"
        autocomplete="new-password"
        minLength={8}
        maxLength={256}
        aria-describedby="strength"
        value={value}
        onInput={(event: { currentTarget: HTMLInputElement }) => onInput(event.currentTarget.value)}
      />
      <div class="strength" aria-hidden="true">
        {[1, 2, 3, 4].map((step) => (
          <i class={grade >= step ? 'on' : ''} key={step} />
        ))}
      </div>
      <p class="soft small" id="strength" role="status">
        {t(`strength.${grade}`)}
      </p>
    </div>
  );
}
