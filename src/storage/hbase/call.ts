import type { RegionBatch } from './multi-messages';
import type { Region } from './region';

export interface CallRequest {
  method: string;
  /** The request message. */
  param: Buffer;
  cells?: Buffer;
  /** Milliseconds; the server drops the call when it has waited that long in its queue. */
  timeoutMs: number;
  /** What it is about, for the log: a region, the batches that a Multi carries (at least one), or a table's name. */
  target?: Region | readonly RegionBatch[] | string;
  /** For system tables: they have handlers of their own, so that a flood of writes can't lock out lookups. */
  priority?: number;
}

export interface CallResponse {
  /** The response message. */
  param: Buffer;
  /** The cell block behind it; empty when there is none. */
  cells: Buffer;
  /** The buffer that both are views of. The caller may return it to `frameBuffers` once it holds neither of them. */
  frame: Buffer;
}
