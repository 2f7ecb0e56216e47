import type { Logger } from 'winston';
import type { DrawPool } from '../../../chart';
import type { GraphSettings } from '../../../config/settings';
import { LatencyHistogram } from '../../../util/latency-histogram';
import type { StatsSink, StatsSource } from '../../../util/stats';
import { GraphCache } from './graph-cache';

/** What one of several workers may take: together they draw, and keep waiting, about as many as one process would. */
export function shareOfGraphs(settings: GraphSettings, workers: number): GraphSettings {
  const { drawing, cache } = settings;
  const part = (of: number): number => Math.max(1, Math.ceil(of / workers));
  return {
    ...settings,
    drawing: { ...drawing, threads: part(drawing.threads), waiting: part(drawing.waiting) },
    cache: { ...cache, writers: workers },
  };
}

/** What graphs share: the threads that draw, the answers on disk, and figures of both. */
export class GraphService implements StatsSource {
  readonly cache: GraphCache;
  /** Answers from disk, and others. */
  hits = 0;
  misses = 0;
  /** Milliseconds of whole requests that were not answered from disk, and of drawing. */
  readonly latency = new LatencyHistogram();
  readonly drawLatency = new LatencyHistogram();
  private drawing: DrawPool | null = null;
  private warned = false;

  /** @param execArgv arguments of Node.js for the threads; absent: those of the process */
  constructor(
    readonly settings: GraphSettings,
    logger: Logger,
    private readonly execArgv?: readonly string[],
  ) {
    this.cache = new GraphCache(settings.cache, (message) => {
      if (!this.warned) logger.warn(message);
      this.warned = true;
    });
  }

  /** Loaded with the first picture. */
  get pool(): DrawPool {
    if (this.drawing === null) {
      const chart = require('../../../chart') as typeof import('../../../chart');
      this.drawing = new chart.DrawPool({ ...this.settings.drawing, execArgv: this.execArgv });
    }
    return this.drawing;
  }

  collectStats(sink: StatsSink): void {
    this.latency.record(sink, 'http.latency', { type: 'graph' });
    this.drawLatency.record(sink, 'http.latency', { type: 'gnuplot' });
    sink.record('http.graph.requests', this.hits, { cache: 'disk' });
    sink.record('http.graph.requests', this.misses, { cache: 'miss' });
    const { drawing, waiting } = this.drawing?.load ?? { drawing: 0, waiting: 0 };
    sink.record('http.graph.drawing', drawing);
    sink.record('http.graph.waiting', waiting);
  }

  async close(): Promise<void> {
    await this.drawing?.close();
  }
}
