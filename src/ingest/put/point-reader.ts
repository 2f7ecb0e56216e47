import { ClientError } from '../../util/errors';
import { javaTrim } from '../../util/java-number-text';
import { TimeSlice } from '../../util/time-slice';
import { PutBody } from './put-body';
import { DATA_POINT, putFault, type PointKind } from './put-fault';
import { PutJsonError } from './put-scanner';

/** Points, and bytes of them, between two looks at the clock. */
const STEP = 512;
const STEP_BYTES = 256 * 1024;
/** Blanks between two looks at the clock. */
const STEP_BLANKS = 4 * 1024 * 1024;

/**
 * Reads the points of a body, a list or a single one. Mirrors HttpJsonSerializer.parsePutV1.
 * @param most points that there may be
 * @param kind the original's class of the points
 * @throws ClientError
 */
export async function readPoints(bytes: Buffer, most: number, kind: PointKind = DATA_POINT): Promise<PutBody> {
  const slice = new TimeSlice();
  const start = await startOf(bytes, slice);
  try {
    const body = new PutBody(bytes, start, kind.extraFields, most);
    while (body.read(STEP, STEP_BYTES)) if (slice.isOver()) await slice.next();
    return body;
  } catch (error) {
    throw error instanceof PutJsonError ? await putFault(javaTrim(bytes.toString()), error, kind) : error;
  }
}

/** Where a body's points begin: at its first character that is no blank. @throws ClientError when there is none, or it begins no points */
export async function startOf(bytes: Buffer, slice: TimeSlice): Promise<number> {
  if (bytes.length === 0) throw new ClientError(400, 'Missing request content');
  let start = 0;
  for (; start < bytes.length && bytes[start] <= 0x20; start++) if (start % STEP_BLANKS === 0 && slice.isOver()) await slice.next();
  // The original takes the first character of what is left without looking whether there is one; the status is its own, too.
  if (start === bytes.length) throw new ClientError(500, 'String index out of range: 0');
  if (bytes[start] !== 0x7b && bytes[start] !== 0x5b) throw new ClientError(400, 'The JSON must start as an object or an array');
  return start;
}
