import { filterIdentity, FilterSyntaxError, type TagValueFilter } from './filter';
import { LiteralFilter } from './literal';
import { RegexpFilter } from './regexp';
import { WildcardFilter } from './wildcard';

type Maker = (tagk: string, filter: string, groupBy: boolean) => TagValueFilter;

/** The registered types. `not_key` is a class of the original that was never registered, so it is unknown here too. */
const MAKERS: ReadonlyMap<string, Maker> = new Map<string, Maker>([
  ['literal_or', (k, f, g) => new LiteralFilter('literal_or', k, f, g, false, false)],
  ['iliteral_or', (k, f, g) => new LiteralFilter('iliteral_or', k, f, g, true, false)],
  ['not_literal_or', (k, f, g) => new LiteralFilter('not_literal_or', k, f, g, false, true)],
  ['not_iliteral_or', (k, f, g) => new LiteralFilter('not_iliteral_or', k, f, g, true, true)],
  ['wildcard', (k, f, g) => new WildcardFilter('wildcard', k, f, g, false)],
  ['iwildcard', (k, f, g) => new WildcardFilter('iwildcard', k, f, g, true)],
  ['regexp', (k, f, g) => new RegexpFilter(k, f, g)],
]);

/** Names of the registered filter types. */
export const FILTER_TYPES: readonly string[] = [...MAKERS.keys()];

/**
 * A filter as a JSON query names it. Mirrors TagVFilter.Builder.
 * @param type looked up exactly as given
 * @throws FilterSyntaxError
 */
export function makeFilter(type: string | null, tagk: string | null, filter: string | null, groupBy: boolean): TagValueFilter {
  if (!type) throw new FilterSyntaxError('The filter type cannot be null or empty');
  if (!tagk) throw new FilterSyntaxError('The tagk cannot be null or empty');
  const maker = MAKERS.get(type);
  if (!maker) throw new FilterSyntaxError(`Could not find a tag value filter of the type: ${type}`);
  if (!filter) throw new FilterSyntaxError('Filter cannot be null or empty');
  return maker(tagk, filter, groupBy);
}

/**
 * The filter that a tag value in the short form stands for: `*`, `name(text)`, a glob, or literals between pipes.
 * Mirrors TagVFilter.getFilter with the fallbacks of tagsToFilters. A glob in this form ignores case and still calls
 * itself `wildcard`.
 * @throws FilterSyntaxError
 */
export function filterFromTag(tagk: string, value: string, groupBy: boolean): TagValueFilter {
  if (!tagk) throw new FilterSyntaxError('Tagk cannot be null or empty');
  if (!value) throw new FilterSyntaxError('Filter cannot be null or empty');
  const paren = value.indexOf('(');
  if (value !== '*' && paren >= 0) {
    if (!value.endsWith(')')) throw new FilterSyntaxError(`Filter must end with a ')': ${value}`);
    return makeFilter(value.slice(0, paren).toLowerCase(), tagk, value.slice(paren + 1, -1), groupBy);
  }
  if (value.includes('*')) return new WildcardFilter('wildcard', tagk, value, groupBy, true);
  return makeFilter('literal_or', tagk, value, groupBy);
}

/** Adds a filter, or only switches on the grouping of an equal one that is there already. Mirrors TagVFilter.mapToFilters. */
export function addFilter(filters: TagValueFilter[], filter: TagValueFilter): void {
  const identity = filterIdentity(filter);
  const equal = filters.find((f) => filterIdentity(f) === identity);
  if (!equal) filters.push(filter);
  else if (filter.groupBy) equal.groupBy = true;
}
