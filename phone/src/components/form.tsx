// A form: sends its fields, and shows an error beside the button.
import type { ComponentChildren } from 'preact';
import { useRef, useState } from 'preact/hooks';
import { t } from '../i18n';
import { Button, ErrorText } from './basics';
import type { IconName } from './icons';

/** Return the value of the field of this name. */
export type ReadField = (name: string) => string;

interface Props {
  /** Returns the error message, or '' on success. */
  send: (readField: ReadField, form: HTMLFormElement) => Promise<string>;
  /** The label of the button; without it the button is one of the children. */
  submit?: string;
  kind?: string;
  icon?: IconName;
  children: ComponentChildren;
  /** Shown below the button. */
  after?: ComponentChildren;
}

export function Form({ send, submit, kind = 'main', icon, children, after }: Props) {
  const [message, setMessage] = useState('');
  const sending = useRef(false);
  const onSubmit = async (event: SubmitEvent) => {
    event.preventDefault();
    // A second press is not a second wish.
    if (sending.current) return;
    sending.current = true;
    const form = event.currentTarget as HTMLFormElement;
    const data = new FormData(form);
    // A form that does nothing when it is submitted would be the worst reply, so a thrown error shows as well.
    setMessage(await send((name) => String(data.get(name)), form).catch(() => t('all.error')));
    sending.current = false;
  };
  return (
    <form class="stack" onSubmit={onSubmit}>
      {children}
      <ErrorText>{message}</ErrorText>
      {submit && (
        <Button kind={kind} icon={icon} submit>
          {submit}
        </Button>
      )}
      {after}
    </form>
  );
}
