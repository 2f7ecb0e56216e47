import type { UidKind, UidWidths } from '../../uid';
import { keyOf, isCut, kindByte, termBytes, termPrefix } from '../index/keys';
import type { IndexStore } from '../index/index-store';
import { decodeName, type NameRecord } from '../index/records';
import { matchesText, type Matcher } from './matcher';
import { emptySets, type UidSet, type UidSets } from './uid-set';

/** Rows that are read together. */
const BATCH = 512;

/** What a search may use up. */
export interface SearchBudget {
  readonly signal: AbortSignal;
  /** Told of bytes that the search takes. What it throws ends the search. */
  account(bytes: number): void;
}

/** Finds the names that fit, by the terms of the index. */
export class NameFinder {
  constructor(
    private readonly store: IndexStore,
    private readonly widths: UidWidths,
    private readonly budget: SearchBudget,
  ) {}

  /** By the names themselves. */
  async named(kinds: readonly UidKind[], matcher: Matcher): Promise<UidSets> {
    const sets = emptySets(this.widths, (bytes) => this.budget.account(bytes));
    for (const kind of kinds) {
      const set = sets[kind];
      if (matcher.kind === 'any') set.all = true;
      else if (matcher.kind === 'words') await this.byWords(kind, matcher, set);
      else if (matcher.kind === 'glob') await this.byTerms(kind, matcher, set);
      else await this.addMatching(kind, keyOf('name', kindByte(kind)), ({ name }) => matchesText(matcher, name), set);
    }
    return sets;
  }

  /** By what else is known of them. @param field null: any */
  async described(kinds: readonly UidKind[], field: string | null, matcher: Matcher): Promise<UidSets> {
    const sets = emptySets(this.widths, (bytes) => this.budget.account(bytes));
    for (const kind of kinds)
      await this.addMatching(kind, keyOf('describedName', kindByte(kind)), ({ values }) => values.matches(field, matcher), sets[kind]);
    return sets;
  }

  /** By their UIDs, in hexadecimal. */
  async withUid(kinds: readonly UidKind[], matcher: Matcher): Promise<UidSets> {
    const sets = emptySets(this.widths, (bytes) => this.budget.account(bytes));
    for (const kind of kinds) {
      if (matcher.kind === 'any') sets[kind].all = true;
      else
        await this.addMatching(kind, keyOf('name', kindByte(kind)), (_name, uid) => matchesText(matcher, uid.toString('hex')), sets[kind]);
    }
    return sets;
  }

  /** The rarest word is not known; the longest is a good guess. */
  private byWords(kind: UidKind, matcher: Extract<Matcher, { kind: 'words' }>, set: UidSet): Promise<void> {
    const { text, words } = matcher;
    const term = words.reduce((longest, word) => (word.length > longest.length ? word : longest), '') || text;
    const isCertain = words.length === 1 && words[0] === text && !isCut(termBytes(text));
    if (!isCertain) return this.addMatching(kind, termPrefix(kind, term), ({ name }) => matchesText(matcher, name), set);
    return this.addAll(kind, termPrefix(kind, term), () => true, set);
  }

  private async byTerms(kind: UidKind, matcher: Extract<Matcher, { kind: 'glob' }>, set: UidSet): Promise<void> {
    const { glob } = matcher;
    const bytes = termBytes(glob.prefix);
    const prefix = keyOf('term', kindByte(kind), isCut(bytes) ? bytes.subarray(0, -1) : bytes);
    const unsure: Buffer[] = [];
    await this.addAll(
      kind,
      prefix,
      (key) => {
        const term = key.subarray(2, key.length - this.widths[kind] - 1);
        if (!isCut(term)) return glob.matches(term.toString());
        this.budget.account(key.length);
        unsure.push(Buffer.from(key.subarray(key.length - this.widths[kind])));
        return false;
      },
      set,
    );
    for (let at = 0; at < unsure.length; at += BATCH)
      await this.addOfThose(kind, unsure.slice(at, at + BATCH), ({ name }) => matchesText(matcher, name), set);
  }

  /** Adds the UIDs at the ends of keys that fit. */
  private async addAll(kind: UidKind, prefix: Buffer, fits: (key: Buffer) => boolean, set: UidSet): Promise<void> {
    for await (const rows of this.store.range(prefix, { withoutValues: true, signal: this.budget.signal }))
      for (const { key } of rows) if (fits(key)) set.add(key, key.length - this.widths[kind]);
  }

  /** Adds the UIDs at the ends of keys whose records fit. */
  private async addMatching(kind: UidKind, prefix: Buffer, fits: (record: NameRecord, uid: Buffer) => boolean, set: UidSet): Promise<void> {
    const width = this.widths[kind];
    for await (const rows of this.store.range(prefix, { batchRows: BATCH, withoutValues: true, signal: this.budget.signal }))
      await this.addOfThose(
        kind,
        rows.map(({ key }) => Buffer.from(key.subarray(key.length - width))),
        fits,
        set,
      );
  }

  private async addOfThose(
    kind: UidKind,
    uids: readonly Buffer[],
    fits: (record: NameRecord, uid: Buffer) => boolean,
    set: UidSet,
  ): Promise<void> {
    const values = await this.store.getAll(uids.map((uid) => keyOf('name', kindByte(kind), uid)));
    values.forEach((value, i) => {
      if (value !== null && fits(decodeName(value), uids[i])) set.add(uids[i], 0);
    });
  }
}
