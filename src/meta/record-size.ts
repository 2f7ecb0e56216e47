import { ClientError } from '../util/errors';

/** Bytes of what is known of one name or series: answers tell it of every series that has the name. */
const MOST_BYTES = 65_536;

/** @param cell as it is to be stored @throws ClientError 413 */
export function checkRecordSize(cell: Buffer): Buffer {
  if (cell.length <= MOST_BYTES) return cell;
  throw new ClientError(413, 'Metadata too large', `It takes ${cell.length} bytes, and up to ${MOST_BYTES} are allowed`);
}
