// Lists and their rows.
import type { ComponentChildren } from 'preact';
import { Icon } from './icons';

interface RowProps {
  lamp?: ComponentChildren;
  name: ComponentChildren;
  /** Beside the name, quieter. */
  more?: string | undefined;
  says?: ComponentChildren;
  /** In their own words. */
  words?: string;
  children?: ComponentChildren;
}

/** Lamp, name with role, state, and how to reach them. */
export function Row({ lamp, name, more, says, words, children }: RowProps) {
  return (
    <>
      {lamp}
      <div class="says">
        <p class="name">
          {name}
          {more && <span>, {more}</span>}
        </p>
        {says && <p>{says}</p>}
        {words && <p class="words">{words}</p>}
      </div>
      {children}
    </>
  );
}

export function Item(row: RowProps) {
  return (
    <li class="row">
      <Row {...row} />
    </li>
  );
}

/** A row that leads on. */
export function LinkItem({ href, ...row }: RowProps & { href: string }) {
  return (
    <li>
      <a class="row" href={href}>
        <Row {...row} />
        <Icon name="next" />
      </a>
    </li>
  );
}

/** Rows under a heading. */
export function Group({
  head,
  children,
  after,
}: {
  head: string;
  children: ComponentChildren;
  after?: ComponentChildren;
}) {
  return (
    <section class="stack tight">
      <h2 class="head">{head}</h2>
      <ul class="rows">{children}</ul>
      {after}
    </section>
  );
}
