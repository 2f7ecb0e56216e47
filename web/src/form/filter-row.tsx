import { suggest } from '../api/names';
import { FILTER_TYPES, type TagFilter } from '../state/metric-query';
import { Check, Select, TextField } from '../ui/fields';
import { Icon } from '../ui/icon';
import { SuggestInput } from '../ui/suggest-input';
import { isName } from './checks';
import type { KnownTags } from './known-tags';

const OFFERS = 20;

interface FilterRowProps {
  filter: TagFilter;
  known: KnownTags;
  /** Changes only together with the row that it is about. */
  number: number;
  onChange(filter: TagFilter): void;
  onRemove(): void;
}

/** One tag filter: key, kind, what it must be, and whether every value becomes a line of its own. */
export function FilterRow({ filter, known, number, onChange, onRemove }: FilterRowProps) {
  const { tagk, type, filter: value, groupBy } = filter;
  const change = (part: Partial<TagFilter>): void => onChange({ ...filter, ...part });
  const suggestKey = async (text: string, signal: AbortSignal): Promise<string[]> => {
    const seen = [...new Set([...known.aggregated, ...known.values.keys()])].filter((key) => key.startsWith(text));
    return [...new Set([...seen, ...(await suggest('tagk', text, OFFERS, signal))])].slice(0, OFFERS);
  };
  const suggestValue = async (text: string, signal: AbortSignal): Promise<string[]> => {
    const bar = text.lastIndexOf('|') + 1;
    const [head, last] = [text.slice(0, bar), text.slice(bar)];
    const seen = [...(known.values.get(tagk) ?? [])].filter((word) => word.startsWith(last));
    const all = text === '' ? ['*'] : [];
    const names = [...seen, ...(await suggest('tagv', last, OFFERS, signal))];
    return [...new Set([...all, ...names.map((name) => head + name)])].slice(0, OFFERS);
  };
  /** A star typed into a filter for exact values means any value. */
  const setValue = (text: string): void =>
    change(
      type === 'literal_or' && text.includes('*') ? { filter: text, type: text === '*' ? 'wildcard' : 'iwildcard' } : { filter: text },
    );
  const setType = (next: string): void =>
    change({
      type: next,
      ...(next.includes('wildcard') && !value.includes('*')
        ? { filter: value === '' ? '*' : `${value}*` }
        : next.endsWith('literal_or') && value === '*'
          ? { filter: '' }
          : {}),
    });

  return (
    <div class="filter-row" role="group" aria-label={`Filter ${number}`}>
      <SuggestInput
        class="tagk"
        label="Tag"
        placeholder="tag"
        value={tagk}
        invalid={tagk !== '' && !isName(tagk)}
        suggest={suggestKey}
        onCommit={(text) => change({ tagk: text })}
      />
      <Select bare class="type" label="Kind of filter" value={type} options={FILTER_TYPES} onChange={setType} />
      {type === 'regexp' ? (
        <TextField bare class="tagv" label="Regular expression" placeholder="expression" value={value} onCommit={setValue} />
      ) : (
        <SuggestInput class="tagv" label="Value" placeholder="value, a|b or *" value={value} suggest={suggestValue} onCommit={setValue} />
      )}
      <Check checked={groupBy} title="A line for each value" onChange={(on) => change({ groupBy: on })}>
        group by
      </Check>
      <button type="button" class="quiet icon-only" aria-label="Remove this filter" title="Remove this filter" onClick={onRemove}>
        <Icon name="close" />
      </button>
    </div>
  );
}
