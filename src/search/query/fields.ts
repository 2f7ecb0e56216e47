import { UID_KINDS, type UidKind } from '../../uid';

/** What a field of a series' metadata means in the index. */
export interface SeriesField {
  /** Kinds of names that it asks for. */
  readonly names: readonly UidKind[];
  /** Kinds of names whose own metadata it asks for, and which field of them; null: any. */
  readonly described: { readonly kinds: readonly UidKind[]; readonly field: string | null } | null;
  /** Kinds whose UIDs it asks for. */
  readonly uids: readonly UidKind[];
  /** A tag by its name. */
  readonly tagk: string | null;
  readonly tsuid: boolean;
  readonly created: boolean;
  /** A field of the series itself; null: any; undefined: none. */
  readonly own: string | null | undefined;
}

const NONE: SeriesField = { names: [], described: null, uids: [], tagk: null, tsuid: false, created: false, own: undefined };
const OWN = new Set(['displayname', 'description', 'notes', 'units', 'datatype', 'retention', 'max', 'min', 'custom']);
/** The parts of a document of series that are names, as the mappings of the plugin for Elasticsearch call them, and some shorter. */
const PARTS: ReadonlyMap<string, readonly UidKind[]> = new Map([
  ['metric', ['metrics']],
  ['tags', ['tagk', 'tagv']],
  ['keys', ['tagk']],
  ['values', ['tagv']],
  ['tagk', ['tagk']],
  ['tagv', ['tagv']],
] as const);

/**
 * Fields are those of the original's JSON, in any case, nested ones with a dot. What is none of them is the name of a tag.
 * @param field null: any
 */
export function seriesField(field: string | null): SeriesField {
  const name = field?.toLowerCase() ?? '_all';
  if (name === '_all') return { ...NONE, names: UID_KINDS, described: { kinds: UID_KINDS, field: null }, tsuid: true, own: null };
  if (name === 'name') return { ...NONE, names: UID_KINDS };
  if (name === 'tsuid') return { ...NONE, tsuid: true };
  if (name === 'created') return { ...NONE, created: true };
  if (OWN.has(name.split('.')[0])) return { ...NONE, own: field };
  const dot = name.indexOf('.');
  const kinds = PARTS.get(dot < 0 ? name : name.slice(0, dot));
  if (field === null || kinds === undefined) return { ...NONE, tagk: name };
  const inner = dot < 0 ? 'name' : name.slice(dot + 1);
  if (inner === 'name') return { ...NONE, names: kinds };
  if (inner === 'uid') return { ...NONE, uids: kinds };
  if (inner === 'created' || OWN.has(inner.split('.')[0])) return { ...NONE, described: { kinds, field: field.slice(dot + 1) } };
  return name.startsWith('tags.') ? { ...NONE, tagk: inner } : NONE;
}
