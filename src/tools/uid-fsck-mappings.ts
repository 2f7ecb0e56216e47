import type { NameCodec, UidKind } from '../uid';
import { hashMapOrder } from '../util/java-hash-order';

/** The mappings of one kind. Names are their bytes as latin1 text, UIDs upper-case hexadecimal. */
export class KindMappings {
  readonly forward = new Map<string, string>();
  readonly reverse = new Map<string, string>();
  /** What the counter says. */
  maximum = 0n;
  /** Its cell when it is no number; null: it is, or is not there. */
  brokenCounter: Buffer | null = null;
  errors = 0;
  /** Bytes of the first UID that was found. */
  width: number | null = null;

  /** @param codec how names stand in the table */
  constructor(
    readonly kind: UidKind,
    private readonly codec: NameCodec,
  ) {}

  /** A name as people write it. */
  show(name: string): string {
    return this.codec.decode(Buffer.from(name, 'latin1')).name;
  }

  /** Names with their UIDs, in the order of Java's hash map. */
  forwards(): [name: string, id: string][] {
    return hashMapOrder(this.forward.keys()).map((name) => [name, this.forward.get(name)!]);
  }

  /** UIDs with their names, in the order of Java's hash map. */
  reverses(): [id: string, name: string][] {
    return hashMapOrder(this.reverse.keys()).map((id) => [id, this.reverse.get(id)!]);
  }
}
