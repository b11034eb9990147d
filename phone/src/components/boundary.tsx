// Error boundary: a screen that fails takes nothing else with it, and `otherwise` is shown in its place.
import type { ComponentChildren } from 'preact';
import { Component } from 'preact';

interface Props {
  children?: ComponentChildren;
  /** Render the replacement; `again` renders the children once more. */
  otherwise?: (again: () => void) => ComponentChildren;
  /** Once this is another one, the children are rendered once more; those that have not failed stay as they are. */
  of?: string;
}

export class Boundary extends Component<Props, { failed: boolean }> {
  override state = { failed: false };

  override componentDidCatch(error: unknown): void {
    // For a developer; it is sent nowhere.
    console.error(error);
    this.setState({ failed: true });
  }

  override componentDidUpdate({ of }: Props): void {
    if (of !== this.props.of) this.setState({ failed: false });
  }

  override render({ children, otherwise }: Props) {
    if (!this.state.failed) return children;
    return otherwise?.(() => this.setState({ failed: false })) ?? null;
  }
}
