import { withinTime } from '../util/within-time';

/** Bounds how many calls are under way: each holds a slot from before its start until it has settled. */
export class CallSlots {
  taken = 0;
  /** Those who wait for a slot, in the order in which they came. */
  private readonly line = new Set<() => void>();

  constructor(private readonly most: number) {}

  /** @returns false: there is none, or others wait for one */
  tryTake(): boolean {
    if (this.taken >= this.most) return false;
    this.taken++;
    return true;
  }

  /** Resolves with a slot taken; rejects when there is none within the time. */
  async take(milliseconds: number): Promise<void> {
    if (this.tryTake()) return;
    let handOver = (): void => {};
    const handed = new Promise<void>((resolve) => this.line.add((handOver = resolve)));
    await withinTime(handed, milliseconds, () => {
      this.line.delete(handOver);
      throw new Error(`${this.most} calls are under way, and none has ended within ${milliseconds} ms`);
    });
  }

  /** A call has settled: its slot goes to the one that waits longest. */
  release(): void {
    const [next] = this.line;
    if (next === undefined) {
      this.taken--;
      return;
    }
    this.line.delete(next);
    next();
  }
}
