import { ClientError } from '../../util/errors';
import { TimeSlice } from '../../util/time-slice';
import { PutBody } from './put-body';
import { PutJsonError } from './put-scanner';

/** Points between two looks at the clock. */
const STEP = 512;

/**
 * Reads the points of a body, a list or a single one. Mirrors HttpJsonSerializer.parsePutV1.
 * @param extraFields texts that points of this kind have beside those of data points
 * @throws ClientError
 */
export async function readPoints(bytes: Buffer, extraFields: readonly string[] = []): Promise<PutBody> {
  if (bytes.length === 0) throw new ClientError(400, 'Missing request content');
  let start = 0;
  while (start < bytes.length && bytes[start] <= 0x20) start++;
  if (bytes[start] !== 0x7b && bytes[start] !== 0x5b) throw new ClientError(400, 'The JSON must start as an object or an array');
  try {
    const body = new PutBody(bytes, start, extraFields);
    const slice = new TimeSlice();
    while (body.read(STEP)) if (slice.isOver()) await slice.next();
    return body;
  } catch (error) {
    if (error instanceof PutJsonError) throw new ClientError(400, 'Unable to parse the given JSON', error.message, { cause: error });
    throw error;
  }
}
