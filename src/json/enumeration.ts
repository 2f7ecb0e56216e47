import { javaTrim } from '../util/java-number-text';
import { longOfNumber, longOfText, mismatch, notThe, type Bind } from './scalars';
import type { JsonReader } from './reader';

/**
 * A constant of an enum by its name, or by its place, as a number or a text. Null for null.
 * @param type as messages name it
 * @param names in the order in which they are declared
 * @param listed the names in the order in which messages list them
 */
export function enumeration<T extends string>(type: string, names: readonly T[], listed: readonly T[]): Bind<T | null> {
  const at = (json: JsonReader, place: bigint): T => {
    if (place >= 0n && place < BigInt(names.length)) return names[Number(place)];
    const range = `index value outside legal index range [0..${names.length - 1}]`;
    throw json.error('format', `Cannot deserialize value of type \`${type}\` from number ${place}: ${range}`);
  };
  return (json) => {
    const text = json.text();
    switch (json.token) {
      case 'VALUE_NULL':
        return null;
      case 'VALUE_NUMBER_INT': {
        const place = longOfNumber(text);
        if (place !== null) return at(json, place);
        throw mismatch(json, type);
      }
      case 'VALUE_STRING': {
        const name = names.find((constant) => constant === text);
        if (name !== undefined) return name;
        const trimmed = javaTrim(text);
        const place = /^[0-9]/.test(trimmed) ? longOfText(trimmed) : null;
        if (place !== null && place < BigInt(names.length)) return at(json, place);
        throw notThe(json, type, trimmed, `value not one of declared Enum instance names: [${listed.join(', ')}]`);
      }
      default:
        throw mismatch(json, type);
    }
  };
}
