/** What was done to metadata: nothing, their creation, an earlier time of creation, or what could not be read was replaced. */
export type Settled = 'kept' | 'created' | 'backdated' | 'replaced';

/** Metadata may say that they were created so many seconds after the hour of the first point. */
const TOLERANCE = 3600;

/**
 * What should stand in a cell of metadata.
 * @param stored null: there is none
 * @param blank fields of which nobody has said anything
 * @param since seconds: the hour of the first point
 */
export function settled<T extends { created: number }>(
  stored: Buffer | null,
  decode: (cell: Buffer) => T,
  blank: T,
  since: number,
): { done: Settled; fields: T } {
  const fresh = { ...blank, created: since };
  if (stored === null) return { done: 'created', fields: fresh };
  let fields: T;
  try {
    fields = decode(stored);
  } catch {
    return { done: 'replaced', fields: fresh };
  }
  if (fields.created !== 0 && fields.created <= since + TOLERANCE) return { done: 'kept', fields };
  return { done: 'backdated', fields: { ...fields, created: since } };
}
