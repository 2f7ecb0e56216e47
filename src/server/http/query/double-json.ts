import { javaDoubleToString } from '../../../util/java-double';

/** As Java writes a double; what is no number is a text. */
export function doubleJson(value: number): string {
  return Number.isFinite(value) ? javaDoubleToString(value) : `"${javaDoubleToString(value)}"`;
}
