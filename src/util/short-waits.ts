/**
 * What the process waits for that others do in a moment and somebody is to be told of at once, such as a write that the system takes. While
 * long work is cut into slices, each return to the event loop would cost it a whole slice. So the work looks here between two slices
 * (`Turns`), and leaves it that moment.
 */
export class ShortWaits {
  private count = 0;
  private listeners: (() => void)[] = [];

  begin(): void {
    this.count++;
  }

  end(): void {
    if (--this.count > 0) return;
    for (const listener of this.listeners.splice(0)) listener();
  }

  /** Some are under way. */
  get any(): boolean {
    return this.count > 0;
  }

  /** Calls once, as soon as none is under way. @returns takes it back */
  onNone(listener: () => void): () => void {
    this.listeners.push(listener);
    return () => {
      this.listeners = this.listeners.filter((other) => other !== listener);
    };
  }
}

/** Of this process. */
export const shortWaits = new ShortWaits();
