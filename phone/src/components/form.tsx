// A form: what was filled in goes out, and what went wrong is said beside the button.
import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { say } from '../i18n';
import { Button, Wrong } from './basics';

/** What stands in the field of this name. */
export type Filled = (name: string) => string;

interface Props {
  /** Returns what went wrong, in words, or '' when nothing did. */
  send: (filled: Filled, form: HTMLFormElement) => Promise<string>;
  /** What the button says; without it the button is among the fields. */
  submit?: string;
  kind?: string;
  children: ComponentChildren;
  /** What stands below the button. */
  after?: ComponentChildren;
}

export function Form({ send, submit, kind = 'main', children, after }: Props) {
  const [said, setSaid] = useState('');
  const sent = async (event: SubmitEvent) => {
    event.preventDefault();
    const form = event.currentTarget as HTMLFormElement;
    const filled = new FormData(form);
    // A form that does nothing when it is sent is the worst of answers.
    setSaid((await send((name) => String(filled.get(name)), form).catch(() => say('all.wrong'))) ?? '');
  };
  return (
    <form class="stack" onSubmit={sent}>
      {children}
      <Wrong>{said}</Wrong>
      {submit && (
        <Button kind={kind} submit>
          {submit}
        </Button>
      )}
      {after}
    </form>
  );
}
