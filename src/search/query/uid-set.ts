import type { UidKind, UidWidths } from '../../uid';

/** UIDs up to this width are exact as numbers. */
const NUMBER_BYTES = 6;
/** Bytes that a UID takes in a set, roughly. */
const BYTES_OF_UID = 48;

/** UIDs of one kind, looked up where they stand in a TSUID. */
export class UidSet {
  /** Every UID is in it. */
  all = false;
  private readonly numbers = new Set<number>();
  private readonly texts = new Set<string>();

  /** @param account told of the bytes that each UID takes; what it throws goes to the caller */
  constructor(
    private readonly width: number,
    private readonly account: (bytes: number) => void,
  ) {}

  get size(): number {
    return this.numbers.size + this.texts.size;
  }

  get isEmpty(): boolean {
    return !this.all && this.size === 0;
  }

  /** @param at where the UID stands in the bytes */
  add(bytes: Buffer, at: number): void {
    this.account(BYTES_OF_UID);
    if (this.width <= NUMBER_BYTES) this.numbers.add(this.numberAt(bytes, at));
    else this.texts.add(bytes.toString('latin1', at, at + this.width));
  }

  has(bytes: Buffer, at: number): boolean {
    if (this.all) return true;
    if (this.width <= NUMBER_BYTES) return this.numbers.size > 0 && this.numbers.has(this.numberAt(bytes, at));
    return this.texts.has(bytes.toString('latin1', at, at + this.width));
  }

  /** Asked for each UID of millions of series: a loop is faster than `readUIntBE`. */
  private numberAt(bytes: Buffer, at: number): number {
    let number = 0;
    for (let i = at; i < at + this.width; i++) number = number * 256 + bytes[i];
    return number;
  }

  /** In the order of their bytes. */
  sorted(): Buffer[] {
    const uids = [...this.numbers].map((number) => {
      const uid = Buffer.alloc(this.width);
      uid.writeUIntBE(number, 0, this.width);
      return uid;
    });
    for (const text of this.texts) uids.push(Buffer.from(text, 'latin1'));
    return uids.sort((a, b) => a.compare(b));
  }
}

/** UIDs of each kind. */
export type UidSets = Readonly<Record<UidKind, UidSet>>;

export function emptySets(widths: UidWidths, account: (bytes: number) => void): UidSets {
  const of = (kind: UidKind): UidSet => new UidSet(widths[kind], account);
  return { metrics: of('metrics'), tagk: of('tagk'), tagv: of('tagv') };
}
