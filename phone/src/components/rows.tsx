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

/** `href`: where the whole row leads, but for what can be pressed by itself in `says` and `children`. */
export function Item({ href, ...row }: RowProps & { href?: string | undefined }) {
  return (
    <li class={`row${href ? ' whole' : ''}`}>
      <Row {...row} name={href ? <a href={href}>{row.name}</a> : row.name} />
      {href && !row.children && <Icon name="next" />}
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
