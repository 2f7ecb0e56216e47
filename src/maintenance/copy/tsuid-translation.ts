import { hexToUid, uidToHex, type KeyLayout } from '../../schema';
import type { UidKind } from '../../uid';
import { addUid, type UidSets } from '../uid-sets';
import type { UidTranslation } from './uid-translation';

/** The TSUIDs of one store as those of another. */
export class TsuidTranslation {
  constructor(
    private readonly from: KeyLayout,
    private readonly uids: UidTranslation,
  ) {}

  private parts(tsuid: Buffer): [UidKind, Buffer][] | null {
    const { metric, tagk, tagv } = this.from;
    if (tsuid.length < metric || (tsuid.length - metric) % (tagk + tagv) !== 0) return null;
    const parts: [UidKind, Buffer][] = [['metrics', tsuid.subarray(0, metric)]];
    for (let at = metric; at < tsuid.length; at += tagk + tagv)
      parts.push(['tagk', tsuid.subarray(at, at + tagk)], ['tagv', tsuid.subarray(at + tagk, at + tagk + tagv)]);
    return parts;
  }

  collect(tsuid: Buffer, ids: UidSets): void {
    for (const [kind, id] of this.parts(tsuid) ?? []) addUid(ids, kind, id);
  }

  /** @returns null: it is none, or a UID of it has no counterpart */
  translate(tsuid: Buffer): Buffer | null {
    if (this.uids.identical) return tsuid;
    const [metric, ...tags] = (this.parts(tsuid) ?? []).map(([kind, id]) => this.uids.of(kind, id));
    if (!metric) return null;
    const pairs: Buffer[] = [];
    for (let i = 0; i < tags.length; i += 2) {
      const [key, value] = [tags[i], tags[i + 1]];
      if (key === null || value === null) return null;
      pairs.push(Buffer.concat([key, value]));
    }
    return Buffer.concat([metric, ...pairs.sort(Buffer.compare)]);
  }

  /** Stored JSON whose field `tsuid` names a series. What cannot be translated stays. */
  json(value: Buffer): Buffer {
    if (this.uids.identical) return value;
    const text = value.toString('utf8');
    // Quotes inside of strings are escaped, so this is the field and no text of a user.
    const translated = text.replace(/"tsuid":"([0-9A-Fa-f]+)"/, (field, hex: string) => {
      const tsuid = this.translate(hexToUid(hex));
      return tsuid === null ? field : `"tsuid":"${uidToHex(tsuid)}"`;
    });
    return translated === text ? value : Buffer.from(translated);
  }

  /** Notes the UIDs of the series that stored JSON names. */
  collectJson(value: Buffer, ids: UidSets): void {
    const hex = /"tsuid":"([0-9A-Fa-f]+)"/.exec(value.toString('utf8'))?.[1];
    if (hex !== undefined) this.collect(hexToUid(hex), ids);
  }
}
