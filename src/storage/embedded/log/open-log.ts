import { ftruncateSync, writeSync } from 'node:fs';
import type { Log } from '../../../util/log';
import { DamagedStoreError } from '../../errors';
import { listSegments, removeSegment, removeUnfinished, segmentPath } from './log-files';
import type { Segment } from './segment';
import type { Segments } from './segments';

/**
 * Reads the log of a store that is being opened, and tells of what a loss of power took.
 * @param alone nobody else has the store: what was left unfinished is put in order
 * @param sealOf makes the record that ends a segment
 * @throws DamagedStoreError
 */
export function openLog(path: string, segments: Segments, alone: boolean, sealOf: (segment: Segment) => Buffer, log: Log): void {
  segments.refresh();
  for (const { path: name, gaps } of segments.all)
    for (const [from, to] of gaps)
      log.warn(`Bytes ${from} to ${to} of ${name} never reached the disk: the machine lost power. What was in them is lost`);
  if (alone) finishSegments(segments, listSegments(path).at(-1) ?? 0, sealOf, log);
}

/**
 * Removes what is merged already and what was never finished. Only for who has the store alone.
 * @param first number of the first segment that is not merged
 * @throws DamagedStoreError when a segment is missing
 */
export function tidyFiles(path: string, first: number): void {
  const numbers = listSegments(path);
  removeUnfinished(path);
  for (const n of numbers) if (n < first) removeSegment(path, n);
  numbers
    .filter((n) => n >= first)
    .forEach((n, i) => {
      if (n !== first + i) throw new DamagedStoreError(`${segmentPath(path, first + i)} is missing`);
    });
}

/** Cuts off what was never finished, and ends segments whose ends were lost though others come behind them. */
function finishSegments(segments: Segments, lastNumber: number, sealOf: (segment: Segment) => Buffer, log: Log): void {
  for (let { last } = segments; last?.sealed === false; { last } = segments) {
    if (last.unfinished > 0) {
      log.warn(
        `${last.path} ends with ${last.unfinished} bytes of a write that was never finished, nor acknowledged unless the machine lost power: they are cut off`,
      );
      ftruncateSync(last.fd, last.size);
      last.wasCut();
    }
    if (last.number >= lastNumber) return;
    log.warn(`${last.path} has lost its end: the machine lost power. What was in it is lost`);
    writeSync(last.fd, sealOf(last));
    segments.refresh();
  }
}
