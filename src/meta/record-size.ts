import { ClientError } from '../util/errors';

/** Bytes of what is known of one name or series: answers tell it of every series that has the name. */
const METADATA = { what: 'Metadata', most: 65_536 };
/** Bytes of one annotation: all of an hour are read together. */
const ANNOTATION = { what: 'Annotation', most: 1_048_576 };

/** @param cell as it is to be stored @throws ClientError 413 */
export const checkRecordSize = (cell: Buffer): Buffer => check(cell, METADATA);

/** @param cell as it is to be stored @throws ClientError 413 */
export const checkAnnotationSize = (cell: Buffer): Buffer => check(cell, ANNOTATION);

function check(cell: Buffer, { what, most }: { what: string; most: number }): Buffer {
  if (cell.length <= most) return cell;
  throw new ClientError(413, `${what} too large`, `It takes ${cell.length} bytes, and up to ${most} are allowed`);
}
