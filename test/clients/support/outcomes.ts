import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Recording } from './recorder';
import { exchanges } from './transcript';

/** The port of an original (2.4.1, on fresh tables): its answers are recorded as golden, instead of ours being compared. */
export const ORIGINAL_PORT = Number(process.env.TSDB_CLIENTS_ORIGINAL ?? 0);

/** What a client asked, and what it got, without what differs from run to run. */
export interface Outcome {
  request: string;
  status: number;
  body: unknown;
}

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** Values that depend on the machine, the moment or the language: only that they are there is compared. */
const HIDDEN_KEYS = /^(tsuids?|startTime|filterTagKs)$/;

export function sorted<T>(all: readonly T[]): T[] {
  return [...all].sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
}

function masked(value: Json): Json {
  if (typeof value === 'number') return !Number.isInteger(value) ? 'float' : value > 1e9 ? 'time' : value;
  if (typeof value === 'string') return value.replace(/\b\d{10,13}\b/g, 'time');
  if (Array.isArray(value)) {
    const all = value.map(masked);
    // The order of series is that of UIDs, which depend on what was written before.
    return all.some((one) => typeof one === 'object' && one !== null && 'metric' in one) ? sorted(all) : all;
  }
  if (value === null || typeof value !== 'object') return value;
  const entries = Object.entries(value)
    .filter(([key]) => key !== 'trace')
    .map(([key, inner]): [string, Json] => {
      if (key === 'statsSummary') return [key, 'timings'];
      if (/^\d{10,13}$/.test(key)) return ['time', masked(inner)];
      // Last points are told as texts.
      if (key === 'value' && typeof inner === 'string' && /^-?\d+\.\d+(E-?\d+)?$/.test(inner)) return [key, 'float'];
      return [key, HIDDEN_KEYS.test(key) ? 'hidden' : masked(inner)];
    });
  return Object.fromEntries(entries);
}

/** Answers where this differs on purpose (docs/deviations.md). */
const DEVIATES = /^\/api\/serializers/;

/** Answers about the process itself: of these, only what kind of JSON it is. */
const ABOUT_THE_PROCESS = /^\/api\/(stats|config)(\/(?!filters)|$|\?)/;

function bodyOf(target: string, body: string): unknown {
  if (body === '') return '';
  let parsed: Json;
  try {
    parsed = JSON.parse(body) as Json;
  } catch {
    return body.startsWith('<!DOCTYPE') ? 'page' : body;
  }
  if (ABOUT_THE_PROCESS.test(target)) return Array.isArray(parsed) ? 'array' : typeof parsed;
  if (target.startsWith('/api/version') && parsed !== null && typeof parsed === 'object') return Object.keys(parsed).sort();
  return masked(parsed);
}

/** A request line without moments, and with its parameters in one order: some clients keep them in a map. */
function requestLine(method: string, target: string): string {
  const [path, query] = target.replace(/\d{10,13}(\.\d+)?/g, 'time').split('?', 2);
  return `${method} ${query === undefined ? path : `${path}?${query.split('&').sort().join('&')}`}`;
}

export function outcomes(connections: readonly Recording[], isCompared: (target: string) => boolean = () => true): Outcome[] {
  return exchanges(connections)
    .filter(({ target }) => isCompared(target) && !DEVIATES.test(target))
    .map(({ method, target, status, body }) => ({
      request: requestLine(method, target),
      status,
      body: bodyOf(target, body),
    }));
}

/**
 * Expects what the original answered to the same client. `TSDB_CLIENTS_ORIGINAL=PORT npx jest --selectProjects clients`
 * records that anew.
 */
export function expectAsOriginal(name: string, found: readonly Outcome[]): void {
  const file = join(__dirname, '..', 'golden', `${name}.json`);
  if (ORIGINAL_PORT) writeFileSync(file, `${JSON.stringify(found, null, 2)}\n`);
  expect(found).toEqual(JSON.parse(readFileSync(file, 'utf8')));
}
