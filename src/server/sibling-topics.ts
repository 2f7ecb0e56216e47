import type { ServerState } from '../storage';
import { topic } from '../workers';
import type { RuntimeStats } from './http/endpoints/runtime-stats';
import type { QueryTexts } from './http/query/registry-json';

// What the workers of a daemon ask each other when a client asks one of them about the daemon.
export const DROP_CACHES = topic<null, null>('drop caches');
export const RUNTIME_STATS = topic<null, RuntimeStats>('runtime stats');
/** With their regions, or without. */
export const REGION_CLIENTS = topic<boolean, readonly ServerState[]>('region clients');
export const QUERIES = topic<null, QueryTexts>('queries');
/** Answered `true` where the query runs. */
export const END_QUERY = topic<number, boolean>('end query');
