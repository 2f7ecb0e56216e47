/**
 * One binding of JSON for every body: Jackson 2.9's rules of what is accepted, coerced and refused, and its words. A body is declared as a
 * table of setters with the class that messages name:
 *
 *     const POINT = bean({ type: 'net.opentsdb.core.IncomingDataPoint', unknown: 'ignored', create: () => new Point(),
 *       setters: { metric: (point, json) => (point.metric = string(json)) } });
 *     const points = readBody(call.bodyText(), list(POINT));
 */
export { bean, type BeanSpec } from './bean';
export { jsonErrorText, readBody, readJson, unparsable } from './body';
export { Changes } from './changes';
export { elements, list, map, strings } from './containers';
export { deserializer } from './deserializer';
export { enumeration } from './enumeration';
export { JsonError } from './errors';
export { JSON_LIMITS, JsonReader, type JsonLimits, type JsonToken } from './reader';
export {
  boolean,
  double,
  float,
  int,
  intOrNull,
  long,
  longOfNumber,
  longOfText,
  longOrNull,
  primitiveFloat,
  string,
  type Bind,
} from './scalars';
