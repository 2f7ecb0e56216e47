import { DATA_FAMILY } from '../../src/schema';
import { rowOf, type Row } from '../../src/storage/row';

export const KEY = Buffer.from('00000150E22700000001000001', 'hex');
export const BASE = 1356998400;

/** A row of cells as the golden files write them: `QUALIFIER=VALUE@TIMESTAMP`, hexadecimal, spaces between. */
export function rowOfText(text: string): Row {
  const cells = text.split(' ').map((cell) => {
    const [, qualifier, value, timestamp] = /^(\w*)=(\w*)@(\d+)$/.exec(cell)!;
    return {
      family: DATA_FAMILY,
      qualifier: Buffer.from(qualifier, 'hex'),
      value: Buffer.from(value, 'hex'),
      timestamp: Number(timestamp),
    };
  });
  return rowOf(KEY, cells);
}
