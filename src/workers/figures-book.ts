import { countsOf, sumOfCounts, type Figures } from './figures';

const NOTHING: Figures = { values: [], latencies: [] };

/**
 * What workers have counted, as far as anybody has been told: what one has counted that has ended stays in the sums, and one that does not answer is
 * there as it was. Whoever draws rates of the sums sees neither a step down nor a spike.
 */
export class FiguresBook<W> {
  private readonly last = new Map<W, Figures>();
  private ended = NOTHING;

  take(worker: W, figures: Figures): void {
    this.last.set(worker, figures);
  }

  /** The worker has ended: its counts stay, what it had at the moment is gone. */
  end(worker: W): void {
    const figures = this.last.get(worker);
    this.last.delete(worker);
    if (figures !== undefined) this.ended = sumOfCounts([this.ended, countsOf(figures)]);
  }

  /** What all but one have counted, those who have ended together. */
  allBut(worker: W): Figures[] {
    const others = [...this.last].filter(([each]) => each !== worker);
    return [...others.map(([, figures]) => figures), this.ended];
  }
}
