import { ClientError } from '../util/errors';

/** Bytes of an annotation, or of what is known of one name or series: answers tell it of every series that has the name, and all annotations of an hour are read together. */
const MOST_BYTES = 65_536;

/** @param cell as it is to be stored @param what it is @throws ClientError 413 */
export function checkRecordSize(cell: Buffer, what: 'Annotation' | 'Metadata'): Buffer {
  if (cell.length <= MOST_BYTES) return cell;
  throw new ClientError(413, `${what} too large`, `It takes ${cell.length} bytes, and up to ${MOST_BYTES} are allowed`);
}
