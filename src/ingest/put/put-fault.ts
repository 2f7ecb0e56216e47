import { bean, JSON_LIMITS, elements, JsonError, JsonReader, long, map, string, unparsable, type Bind } from '../../json';
import { ClientError } from '../../util/errors';
import { TimeSlice } from '../../util/time-slice';

const TAGS = map('java.util.HashMap', string);

/** A class of points. */
export interface PointKind {
  /** As messages name it. */
  readonly type: string;
  /** Texts that these points have beside those of data points. */
  readonly extraFields: readonly string[];
}

export const DATA_POINT: PointKind = { type: 'net.opentsdb.core.IncomingDataPoint', extraFields: [] };

/** A point for what its members may be; nobody looks at it. */
function pointOf({ type, extraFields }: PointKind): Bind<object | null> {
  const text = (_point: object, json: JsonReader): string | null => string(json);
  return bean<object>({
    type,
    unknown: 'ignored',
    create: () => ({}),
    setters: {
      metric: text,
      timestamp: (_point, json) => long(json),
      value: text,
      tags: (_point, json) => TAGS(json),
      tsuid: text,
      ...Object.fromEntries(extraFields.map((name) => [name, text])),
    },
  });
}

/**
 * What a client is told of a body that PutBody has refused: such a body is read once more, by the reader that finds the original's words.
 * @param text the body from its first character on
 */
export async function putFault(text: string, refused: Error, kind = DATA_POINT): Promise<ClientError> {
  const point = pointOf(kind);
  // As many values as there are: PutBody has counted the points.
  const json = new JsonReader(text, { ...JSON_LIMITS, values: Infinity, elements: Infinity });
  const slice = new TimeSlice();
  try {
    if (json.next() === 'START_ARRAY') {
      const points = elements(json, point);
      while (!points.next().done) if (slice.isOver()) await slice.next();
    } else point(json);
  } catch (error) {
    if (!(error instanceof JsonError)) throw error;
    return unparsable(error);
  }
  return new ClientError(400, 'Unable to parse the given JSON', refused.message, { cause: refused });
}
