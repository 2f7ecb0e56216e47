/**
 * Row filters, evaluated in this process: for the embedded store, and for the part of a filter that is not sent to HBase.
 * A filter is compiled once per scan; the predicate reads the key's bytes and allocates nothing.
 */
import type { RE2JS as Compiled } from 're2js';
import { DoNotRetryError } from './errors';
import type { KeyRegexpFilter, RowFilter, TagFilter, TsuidFilter } from './filter';

/** Says whether the row whose key is `bytes[start..end)` passes. */
export type RowPredicate = (bytes: Buffer, start: number, end: number) => boolean;

/** @throws DoNotRetryError for a pattern that is no regular expression */
export function compileRowFilter(filter: RowFilter): RowPredicate {
  switch (filter.kind) {
    case 'tags':
      return compileTags(filter);
    case 'tsuids':
      return compileTsuids(filter);
    case 'keyRegexp':
      return compileRegexp(filter);
    case 'all': {
      const predicates = filter.filters.map(compileRowFilter);
      return (bytes, start, end) => predicates.every((passes) => passes(bytes, start, end));
    }
  }
}

function sameBytes(bytes: Buffer, at: number, wanted: Buffer): boolean {
  for (let i = 0; i < wanted.length; i++) if (bytes[at + i] !== wanted[i]) return false;
  return true;
}

/** A set of byte strings of one length: numbers up to six bytes, latin1 strings above. */
function compileByteSet(members: readonly Buffer[], width: number): (bytes: Buffer, at: number) => boolean {
  const fitting = members.filter((m) => m.length === width);
  if (fitting.length === 1) return (bytes, at) => sameBytes(bytes, at, fitting[0]);
  if (width >= 1 && width <= 6) {
    const numbers = new Set(fitting.map((m) => m.readUIntBE(0, width)));
    return (bytes, at) => {
      let n = 0;
      for (let i = 0; i < width; i++) n = n * 256 + bytes[at + i];
      return numbers.has(n);
    };
  }
  const strings = new Set(fitting.map((m) => m.toString('latin1')));
  return (bytes, at) => strings.has(bytes.toString('latin1', at, at + width));
}

/**
 * The tags of a key are sorted by tagk, and so are the filter's: one walk over both. Bytes after the last whole pair make a key
 * that the original's expression does not match.
 */
function compileTags(filter: TagFilter): RowPredicate {
  const { prefixLength, tagkWidth, tagvWidth, explicit } = filter;
  const pair = tagkWidth + tagvWidth;
  const wanted = filter.tags.map(({ tagk, tagvs }) => ({ tagk, has: tagvs === null ? null : compileByteSet(tagvs, tagvWidth) }));
  return (bytes, start, end) => {
    const tags = end - start - prefixLength;
    if (tags < 0 || tags % pair !== 0 || (explicit && tags !== wanted.length * pair)) return false;
    let next = 0;
    for (let at = start + prefixLength; at < end && next < wanted.length; at += pair) {
      const { tagk, has } = wanted[next];
      if (!sameBytes(bytes, at, tagk)) {
        if (explicit) return false;
        continue;
      }
      if (has !== null && !has(bytes, at + tagkWidth)) return false;
      next++;
    }
    return next === wanted.length;
  };
}

function compileTsuids(filter: TsuidFilter): RowPredicate {
  const parts = new Set(filter.tagParts.map((p) => p.toString('latin1')));
  const lengths = new Set(filter.tagParts.map((p) => p.length));
  return (bytes, start, end) => {
    const from = start + filter.prefixLength;
    return from <= end && lengths.has(end - from) && parts.has(bytes.toString('latin1', from, end));
  };
}

function compileRegexp(filter: KeyRegexpFilter): RowPredicate {
  // Loaded only where it is wanted: it is large.
  const { RE2JS } = require('re2js') as typeof import('re2js');
  let compiled: Compiled;
  try {
    // Keys are bytes: a dot is any of them, a line feed too.
    compiled = RE2JS.compile(filter.pattern, RE2JS.DOTALL);
  } catch (e) {
    throw new DoNotRetryError(`Not a regular expression: ${filter.pattern}`, { cause: e });
  }
  return (bytes, start, end) => compiled.matcher(bytes.toString('latin1', start, end)).find();
}
