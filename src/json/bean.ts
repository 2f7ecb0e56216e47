import { IllegalArgumentError, IllegalStateError } from '../util/errors';
import { within } from './containers';
import type { JsonError } from './errors';
import type { JsonReader } from './reader';
import { mismatch, noCreator, type Bind } from './scalars';

/** What an object of JSON is bound to: the original's class, as messages name it, and what its members do. */
export interface BeanSpec<T> {
  /** `net.opentsdb.core.TSQuery` */
  readonly type: string;
  /** What Jackson does about members that the class doesn't have. */
  readonly unknown: 'ignored' | 'refused';
  create(): T;
  /**
   * By the names of the members, in the order in which messages list them. Called in the order of the text, for every one of a repeated
   * member and for null. What a setter throws of IllegalArgumentError and IllegalStateError is told as the original tells of its setters.
   */
  readonly setters: Readonly<Record<string, (bean: T, json: JsonReader) => void>>;
  /** Looks at the whole when the object is over. What it throws is told as of a constructor. */
  finish?(bean: T): void;
}

/** Known members that a message lists, in characters. */
const LISTED = 1000;

/** An object; null for null. */
export function bean<T>(spec: BeanSpec<T>): Bind<T | null> {
  const { type } = spec;
  const setters = new Map(Object.entries(spec.setters));
  const setMember = (target: T, name: string, json: JsonReader): void => {
    const set = setters.get(name);
    if (set === undefined) {
      if (spec.unknown === 'refused') throw unrecognized(json, type, name, [...setters.keys()]);
      json.skip();
      return;
    }
    try {
      set(target, json);
    } catch (error) {
      const own = error instanceof IllegalArgumentError || error instanceof IllegalStateError;
      throw within(json, own ? json.error('mapping', error.message) : error, step(type, name));
    }
  };
  return (json) => {
    if (json.token === 'VALUE_NULL') return null;
    if (json.token !== 'START_OBJECT') throw json.token === 'START_ARRAY' ? mismatch(json, type) : noCreator(json, type);
    const target = spec.create();
    // The first member is asked for as a token, those behind it as names: Jackson words some errors by that.
    let name = json.next() === 'FIELD_NAME' ? json.name : null;
    for (; name !== null; name = json.nextField()) {
      json.next();
      setMember(target, name, json);
    }
    finish(spec, target, json);
    return target;
  };
}

const step = (type: string, name: string): string => `${type}["${name}"]`;

function finish<T>(spec: BeanSpec<T>, target: T, json: JsonReader): void {
  if (spec.finish === undefined) return;
  try {
    spec.finish(target);
  } catch (error) {
    if (!(error instanceof IllegalArgumentError)) throw error;
    throw json.error('definition', `Cannot construct instance of \`${spec.type}\`, problem: ${error.message}`);
  }
}

function unrecognized(json: JsonReader, type: string, name: string, known: readonly string[]): JsonError {
  const problem = `Unrecognized field "${name}" (class ${type}), not marked as ignorable`;
  const error = json.error('unrecognized', problem, true);
  error.hint = knownMembers(known);
  return error.within(step(type, name), json.place);
}

function knownMembers(known: readonly string[]): string {
  if (known.length === 1) return ` (one known property: "${known[0]}"])`;
  let listed = ` (${known.length} known properties: `;
  for (const [i, name] of known.entries()) {
    listed += i === 0 ? `"${name}"` : `, "${name}"`;
    if (listed.length > LISTED && i < known.length - 1) return `${listed} [truncated]])`;
  }
  return `${listed}])`;
}
