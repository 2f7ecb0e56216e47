import { uidToHex } from '../../schema';
import type { KindedUid } from '../../meta';
import { UID_KINDS, type UidWidths } from '../../uid';
import { TimeSlice } from '../../util/time-slice';
import { keyOf, kindByte, kindOfByte, noteOfKey, type NoteKey } from '../index/keys';
import type { IndexStore } from '../index/index-store';
import { decodeName, valuesOfNote, type NameRecord } from '../index/records';
import { matchesNumber, matchesText, type Matcher } from './matcher';
import { NameFinder, type SearchBudget } from './name-finder';
import type { SearchNode } from './nodes';
import { Page } from './page';
import type { PageRequest } from './series-search';

/** Names are decoded from JSON: so many are some milliseconds. */
const BATCH = 512;
const TYPES = { metrics: 'metric', tagk: 'tagk', tagv: 'tagv' } as const;

type Fits = (field: string | null, matcher: Matcher) => boolean;

/** Whether a thing fulfils a search, given whether its fields fit. */
function fulfils(node: SearchNode, fits: Fits): boolean {
  switch (node.kind) {
    case 'everything':
      return true;
    case 'leaf':
      return fits(node.field?.toLowerCase() === '_all' ? null : node.field, node.matcher);
    case 'boolean': {
      const wanted = (inner: SearchNode): boolean => fulfils(inner, fits);
      if (node.mustNot.some(wanted) || !node.must.every(wanted)) return false;
      return node.must.length > 0 || node.should.length === 0 || node.should.some(wanted);
    }
  }
}

/** Finds UIDs that have metadata, by kind and in the order of their UIDs. */
export class UidSearch {
  constructor(
    private readonly store: IndexStore,
    private readonly widths: UidWidths,
    private readonly budget: SearchBudget,
  ) {}

  async find(node: SearchNode, request: PageRequest): Promise<Page<KindedUid>> {
    const page = new Page<KindedUid>(request);
    const slice = new TimeSlice(this.budget.signal);
    const matcher = nameMatcher(node);
    const sets = matcher && (await new NameFinder(this.store, this.widths, this.budget).named(UID_KINDS, matcher));
    for (const kind of UID_KINDS) {
      const set = sets?.[kind];
      if (set === undefined || set.all) {
        for await (const rows of this.store.range(keyOf('name', kindByte(kind)), { batchRows: BATCH, signal: this.budget.signal }))
          for (const row of rows) {
            if (slice.isOver()) await slice.next();
            this.look(node, Buffer.from(row.key), row.value(0), page);
          }
        continue;
      }
      const keys = set.sorted().map((uid) => keyOf('name', kindByte(kind), uid));
      for (let at = 0; at < keys.length; at += BATCH) {
        const batch = keys.slice(at, at + BATCH);
        for (const [i, value] of (await this.store.getAll(batch)).entries()) {
          if (slice.isOver()) await slice.next();
          if (value !== null) this.look(node, batch[i], value, page);
        }
      }
    }
    return page;
  }

  private look(node: SearchNode, key: Buffer, value: Buffer, page: Page<KindedUid>): void {
    const record = decodeName(value);
    if (!record.hasMeta) return;
    const uid = { kind: kindOfByte(key[1]), id: key.subarray(2) };
    if (fulfils(node, (field, matcher) => uidFits(uid, record, field, matcher))) page.add(uid);
  }
}

function uidFits({ kind, id }: KindedUid, { name, values }: NameRecord, field: string | null, matcher: Matcher): boolean {
  switch (field?.toLowerCase()) {
    case undefined:
      return matchesText(matcher, name) || matchesText(matcher, id.toString('hex')) || values.matches(null, matcher);
    case 'name':
      return matchesText(matcher, name);
    case 'uid':
      return matchesText(matcher, uidToHex(id));
    case 'type':
      return matchesText(matcher, TYPES[kind]);
    default:
      return values.matches(field, matcher);
  }
}

/** What every name that fulfils a search fits; null: it can't be told. */
function nameMatcher(node: SearchNode): Matcher | null {
  if (node.kind === 'leaf') return node.field?.toLowerCase() === 'name' ? node.matcher : null;
  if (node.kind !== 'boolean') return null;
  return node.must.map(nameMatcher).find((matcher) => matcher !== null) ?? null;
}

/** Finds annotations, in the order of their start times. */
export class NoteSearch {
  constructor(
    private readonly store: IndexStore,
    private readonly budget: SearchBudget,
  ) {}

  async find(node: SearchNode, request: PageRequest): Promise<Page<NoteKey>> {
    const page = new Page<NoteKey>(request);
    const slice = new TimeSlice(this.budget.signal);
    for await (const rows of this.store.range(keyOf('note'), { batchRows: BATCH, signal: this.budget.signal }))
      for (const row of rows) {
        if (slice.isOver()) await slice.next();
        const id = noteOfKey(row.key);
        const values = valuesOfNote(row.value(0));
        const fits: Fits = (field, matcher) => {
          switch (field?.toLowerCase()) {
            case 'tsuid':
              return matchesText(matcher, id.tsuid);
            case 'starttime':
              return matchesNumber(matcher, id.startTime);
            case undefined:
              return (
                values.matches(null, matcher) || (id.tsuid !== '' && matcher.kind === 'words' && matcher.text === id.tsuid.toLowerCase())
              );
            default:
              return values.matches(field, matcher);
          }
        };
        if (fulfils(node, fits)) page.add(id);
      }
    return page;
  }
}
