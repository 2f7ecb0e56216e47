/**
 * The commands that bring points, `put`, `rollup` and `histogram`, behind telnet and HTTP alike: what they read, what they refuse and in
 * which words, in which order clients are answered, and how fast clients may send.
 */
export { IngestCounters } from './counters';
export { Ingest } from './ingest';
export { refusalLine, storageRefusalLine } from './refusals';
export { ReplyOrder, type OrderedClient } from './reply-order';
export { IngestRequest, type PointError, type RequestOptions, type RequestResult } from './request';
export type * from './types';
