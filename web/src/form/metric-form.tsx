import { suggest } from '../api/names';
import type { MetricQuery, TagFilter } from '../state/metric-query';
import { Check, Select, TextField } from '../ui/fields';
import { Icon } from '../ui/icon';
import { SuggestInput } from '../ui/suggest-input';
import { isName } from './checks';
import { FilterRow } from './filter-row';
import type { KnownTags } from './known-tags';
import { DownsampleFields, RateFields } from './transform-fields';
import { MoreFields } from './more-fields';

interface MetricFormProps {
  query: MetricQuery;
  aggregators: readonly string[];
  known: KnownTags;
  onChange(query: MetricQuery): void;
}

/** Everything about one metric. */
export function MetricForm({ query, aggregators, known, onChange }: MetricFormProps) {
  const change = (part: Partial<MetricQuery>): void => onChange({ ...query, ...part });
  const setFilter = (at: number, filter: TagFilter | null): void =>
    change({ filters: query.filters.flatMap((old, i) => (i !== at ? [old] : filter === null ? [] : [filter])) });
  const addFilter = (tagk: string): void =>
    change({
      filters: [...query.filters, { tagk, type: tagk === '' ? 'literal_or' : 'wildcard', filter: tagk === '' ? '' : '*', groupBy: true }],
    });
  const used = new Set(query.filters.map(({ tagk }) => tagk));
  const offered = known.aggregated.filter((tagk) => !used.has(tagk));
  const byIds = query.tsuids.length > 0;

  return (
    <div class="metric-form">
      <div class="row">
        {byIds ? (
          <TextField
            class="grow"
            label="Series (TSUIDs)"
            value={query.tsuids.join(',')}
            onCommit={(text) => change({ tsuids: text.split(/[,\s]+/).filter((id) => id !== '') })}
          />
        ) : (
          <label class="field grow">
            <span>Metric</span>
            <SuggestInput
              label="Metric"
              placeholder="sys.cpu.user"
              value={query.metric}
              invalid={query.metric !== '' && !isName(query.metric)}
              suggest={(text, signal) => suggest('metrics', text, 25, signal)}
              onCommit={(metric) => change({ metric })}
            />
          </label>
        )}
        <Select
          label="Aggregator"
          value={query.aggregator}
          options={aggregators.map((name) => [name, name] as const)}
          onChange={(aggregator) => change({ aggregator })}
        />
      </div>
      {!byIds && (
        <fieldset>
          <legend>Tags</legend>
          {query.filters.map((filter, i) => (
            <FilterRow
              key={i}
              number={i + 1}
              filter={filter}
              known={known}
              onChange={(next) => setFilter(i, next)}
              onRemove={() => setFilter(i, null)}
            />
          ))}
          <div class="row chips">
            <button type="button" class="quiet" onClick={() => addFilter('')}>
              <Icon name="plus" /> Filter
            </button>
            {offered.map((tagk) => (
              <button key={tagk} type="button" class="chip" title={`A line for each ${tagk}`} onClick={() => addFilter(tagk)}>
                by {tagk}
              </button>
            ))}
          </div>
        </fieldset>
      )}
      <DownsampleFields value={query.downsample} aggregators={aggregators} onChange={(downsample) => change({ downsample })} />
      <RateFields value={query.rate} onChange={(rate) => change({ rate })} />
      <Check checked={query.rightAxis} onChange={(rightAxis) => change({ rightAxis })}>
        Right axis
      </Check>
      <MoreFields query={query} onChange={change} />
    </div>
  );
}
