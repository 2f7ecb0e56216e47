import type { StatsSource } from '../util/stats';

/** A data point as text, the way a client gave it. */
export interface TextPoint {
  metric: string;
  timestamp: string;
  value: string;
  tags: ReadonlyMap<string, string>;
}

/** Where a point came in: decides how a float is stored (see the schema chapter §9.3). */
export type PointSource = 'telnet' | 'http' | 'import';

export interface PointWriter extends StatsSource {
  /**
   * Validates, resolves UIDs and hands the cell to the write buffer.
   * @returns resolves when the point is durable; rejects with the error the client is to see
   */
  addPoint(point: TextPoint, source: PointSource): Promise<void>;
  /** Everything accepted so far is durable when it resolves. */
  flush(): Promise<void>;
  /** Takes nothing more, drains, stops. */
  close(): Promise<void>;
}
