import type { Logger } from 'winston';
import type { KeyLayout } from '../schema';
import type { StorageError } from '../storage';
import type { Uids } from '../uid/types';
import { messageOf } from '../util/message-of';
import { RateLimitedLog } from '../util/rate-limited-log';
import { copyCells, failedPoints } from './failed-points';
import type { PluginCalls } from './plugin-calls';
import type { PluginPoint } from './plugins';
import type { FailedRow } from './write-buffer';

/** Tells the log and the storage exception handler about points that storage does not take. */
export class LostPoints {
  private readonly log: RateLimitedLog;
  private sinceLog = 0;

  constructor(private readonly parts: { layout: KeyLayout; uids: Uids; calls: PluginCalls; logger: Logger }) {
    this.log = new RateLimitedLog((message) => parts.logger.error(message));
  }

  /** @param isData the row is one of the data table. @returns resolves when the handler has its points; absent: it wants none */
  add(failed: FailedRow, isData: boolean): Promise<void> | undefined {
    this.sinceLog += failed.points;
    this.log.log(() => {
      const lost = this.sinceLog;
      this.sinceLog = 0;
      return `${lost} data points could not be stored; the last because: ${failed.error.message}`;
    });
    const { calls, layout, uids } = this.parts;
    if (!calls.wantsFailures || !isData) return undefined;
    const { key, cells } = copyCells(failed);
    return this.handOver(failedPoints(layout, uids, key, cells), failed.error);
  }

  private async handOver(points: Promise<PluginPoint[]>, error: StorageError): Promise<void> {
    try {
      for (const point of await points) this.parts.calls.notStored(point, error);
    } catch (failure) {
      this.parts.logger.error(`Failed points have no names to hand over: ${messageOf(failure)}`);
    }
  }
}
