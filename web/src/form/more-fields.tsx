import { ROLLUP_USAGES, type MetricQuery } from '../state/metric-query';
import { parsePercentiles } from '../state/metric-text';
import { Check, Select, TextField } from '../ui/fields';

/** What few queries need. Open when something of it is set. */
export function MoreFields({ query, onChange }: { query: MetricQuery; onChange(part: Partial<MetricQuery>): void }) {
  const { explicitTags, preAggregate, rollupUsage, percentiles, histogramBuckets } = query;
  const set = explicitTags || preAggregate || rollupUsage !== '' || percentiles.length > 0 || histogramBuckets;
  return (
    <details open={set}>
      <summary>Rollups, percentiles and more</summary>
      <div class="stack">
        <Select label="Rollups" value={rollupUsage} options={ROLLUP_USAGES} onChange={(usage) => onChange({ rollupUsage: usage })} />
        <TextField
          label="Percentiles of histograms"
          placeholder="50, 99, 99.9"
          value={percentiles.join(', ')}
          onCommit={(text) => onChange({ percentiles: parsePercentiles(text) })}
        />
        <div class="row">
          <Check checked={histogramBuckets} onChange={(on) => onChange({ histogramBuckets: on })}>
            histogram buckets
          </Check>
          <Check
            checked={explicitTags}
            title="Only series that have these tags and no others"
            onChange={(on) => onChange({ explicitTags: on })}
          >
            only these tags
          </Check>
          <Check checked={preAggregate} onChange={(on) => onChange({ preAggregate: on })}>
            pre-aggregated
          </Check>
        </div>
      </div>
    </details>
  );
}
