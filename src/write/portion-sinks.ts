import type { StorageError } from '../storage';
import type { PointSink } from './types';

/** Who is told what becomes of portions of cells (see LaneSlabs), each with the number of its points, and who waits for them. */
export class PortionSinks {
  /** Nearly always one connection writes a row; the others are in `others`. */
  private readonly first: (PointSink | null)[] = [];
  private readonly firstPoints: number[] = [];
  private readonly others = new Map<number, Map<PointSink, number>>();
  private readonly waiters = new Map<number, (() => void)[]>();
  /** Told last, with the points that it has not been told of: a sink mostly has many rows in a row. */
  private telling: PointSink | null = null;
  private untold = 0;

  /** The portion is a new one. */
  clear(portion: number): void {
    this.first[portion] = null;
    this.firstPoints[portion] = 0;
  }

  add(portion: number, sink: PointSink, points: number): void {
    const first = this.first[portion];
    if (first === sink) this.firstPoints[portion] += points;
    else if (first === null) {
      this.first[portion] = sink;
      this.firstPoints[portion] = points;
    } else {
      const others = this.others.get(portion);
      if (others === undefined) this.others.set(portion, new Map([[sink, points]]));
      else others.set(sink, (others.get(sink) ?? 0) + points);
    }
  }

  /** @param waiter is called once the portion is stored, or has failed for good */
  await(portion: number, waiter: () => void): void {
    const waiters = this.waiters.get(portion);
    if (waiters === undefined) this.waiters.set(portion, [waiter]);
    else waiters.push(waiter);
  }

  /** Somebody wants to know when it is stored. */
  awaited(portion: number): boolean {
    if (this.first[portion]?.stored !== undefined || this.waiters.has(portion)) return true;
    return [...(this.others.get(portion)?.keys() ?? [])].some((sink) => sink.stored !== undefined);
  }

  /** Those of a later portion are those of this one, from now on. */
  join(portion: number, later: number): void {
    for (const [sink, points] of this.all(later)) this.add(portion, sink, points);
    for (const waiter of this.waiters.get(later) ?? []) this.await(portion, waiter);
    this.forget(later);
  }

  /** The portion is stored. Sinks hear of it by `tellRest` at the latest. */
  stored(portion: number): void {
    const first = this.first[portion];
    if (first !== null && first.stored !== undefined) this.tellStored(first, this.firstPoints[portion]);
    const others = this.others.size === 0 ? undefined : this.others.get(portion);
    if (others !== undefined) for (const [sink, points] of others) this.tellStored(sink, points);
    if (this.waiters.size > 0) this.release(portion);
    this.forget(portion);
  }

  private tellStored(sink: PointSink, points: number): void {
    if (sink !== this.telling) {
      this.tellRest();
      this.telling = sink;
    }
    this.untold += points;
  }

  /** Tells what has gathered. */
  tellRest(): void {
    const { telling, untold } = this;
    this.telling = null;
    this.untold = 0;
    if (telling !== null) telling.stored?.(untold);
  }

  /** The portion's points are lost. */
  failed(portion: number, error: StorageError): void {
    this.tellRest();
    for (const [sink, points] of this.all(portion)) sink.failed(error, points);
    this.release(portion);
    this.forget(portion);
  }

  /**
   * Says to those who wait for their points to be stored that this has failed; from then on nobody waits. The points themselves stay,
   * and whoever only wants to hear of points that are lost hears nothing yet.
   */
  tellWaiting(portion: number, error: StorageError): void {
    const all = this.all(portion);
    this.first[portion] = null;
    this.others.delete(portion);
    for (const [sink, points] of all)
      if (sink.stored !== undefined) sink.failed(error, points);
      else this.add(portion, sink, points);
  }

  private all(portion: number): [PointSink, number][] {
    const first = this.first[portion];
    return first === null ? [] : [[first, this.firstPoints[portion]], ...(this.others.get(portion) ?? [])];
  }

  private release(portion: number): void {
    for (const waiter of this.waiters.get(portion) ?? []) {
      this.tellRest();
      waiter();
    }
  }

  private forget(portion: number): void {
    this.first[portion] = null;
    if (this.others.size > 0) this.others.delete(portion);
    if (this.waiters.size > 0) this.waiters.delete(portion);
  }
}
