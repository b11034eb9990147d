// A screen that fails takes nothing else with it: what stands around it stays, and in its place stands what is needed most.
import type { ComponentChildren } from 'preact';
import { Component } from 'preact';

interface Props {
  children?: ComponentChildren;
  /** What is shown instead; `again` tries once more. */
  otherwise?: (again: () => void) => ComponentChildren;
}

export class Boundary extends Component<Props, { failed: boolean }> {
  override state = { failed: false };

  override componentDidCatch(error: unknown): void {
    // For whoever looks for the cause; it goes nowhere.
    console.error(error);
    this.setState({ failed: true });
  }

  override render({ children, otherwise }: Props) {
    if (!this.state.failed) return children;
    return otherwise?.(() => this.setState({ failed: false })) ?? null;
  }
}
