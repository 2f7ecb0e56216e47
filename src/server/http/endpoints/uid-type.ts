import type { UidKind } from '../../../uid';
import { IllegalArgumentError } from '../../../util/errors';

const KINDS: ReadonlyMap<string, UidKind> = new Map([
  ['metric', 'metrics'],
  ['tagk', 'tagk'],
  ['tagv', 'tagv'],
]);

/** The kind that assign and rename mean by a type, in any case. @throws IllegalArgumentError `Unknown type name` */
export function kindOfType(type: string): UidKind {
  const kind = KINDS.get(type.toLowerCase());
  if (kind === undefined) throw new IllegalArgumentError('Unknown type name');
  return kind;
}
