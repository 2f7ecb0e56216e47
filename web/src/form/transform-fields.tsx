import { FILL_POLICIES, FIRST_DOWNSAMPLE, NO_RATE_OPTIONS, type Downsample, type Rate } from '../state/metric-query';
import { Check, Select, TextField } from '../ui/fields';
import { isInterval } from './checks';

interface DownsampleProps {
  value: Downsample | null;
  aggregators: readonly string[];
  onChange(value: Downsample | null): void;
}

/** One value for each interval. */
export function DownsampleFields({ value, aggregators, onChange }: DownsampleProps) {
  const change = (part: Partial<Downsample>): void => onChange({ ...(value ?? FIRST_DOWNSAMPLE), ...part });
  // `1dc` is a day of the calendar; the letter is a box of its own here
  const calendar = value !== null && /[smhdwnyl]c$/.test(value.interval);
  const length = value === null ? '' : calendar ? value.interval.slice(0, -1) : value.interval;
  const whole = length === '0all';
  return (
    <div class="transform">
      <Check checked={value !== null} onChange={(on) => onChange(on ? FIRST_DOWNSAMPLE : null)}>
        Downsample
      </Check>
      {value !== null && (
        <div class="row fields">
          <TextField
            class="short"
            label="Interval"
            hint="30s, 10m, 1h, 1d, 1w, 1n (month), 1y, 500ms, or 0all for one value of it all"
            value={length}
            invalid={!isInterval(value.interval)}
            onCommit={(text) => change({ interval: calendar && text !== '0all' ? `${text}c` : text })}
          />
          <Select
            label="Function"
            value={value.aggregator}
            options={aggregators.filter((name) => name !== 'none').map((name) => [name, name] as const)}
            onChange={(aggregator) => change({ aggregator })}
          />
          <Select
            label="Fill"
            value={value.fill}
            options={FILL_POLICIES.map((name) => [name, name] as const)}
            onChange={(fill) => change({ fill })}
          />
          <Check
            checked={calendar}
            disabled={whole}
            title="Days, weeks, months and years of the calendar, in the zone of the graph"
            onChange={(on) => change({ interval: on ? `${length}c` : length })}
          >
            calendar
          </Check>
        </div>
      )}
    </div>
  );
}

/** Change per second. */
export function RateFields({ value, onChange }: { value: Rate | null; onChange(value: Rate | null): void }) {
  const change = (part: Partial<Rate>): void => onChange({ ...(value ?? NO_RATE_OPTIONS), ...part });
  return (
    <div class="transform">
      <Check checked={value !== null} onChange={(on) => onChange(on ? NO_RATE_OPTIONS : null)}>
        Rate
      </Check>
      {value !== null && (
        <div class="row fields">
          <Check
            checked={value.counter}
            title="It only grows, and starts again at its end"
            onChange={(counter) => change({ counter, ...(counter ? {} : { dropResets: false }) })}
          >
            counter
          </Check>
          {value.counter && (
            <>
              <TextField
                class="short"
                label="Max"
                value={value.max}
                placeholder="2^63-1"
                invalid={!isWhole(value.max)}
                onCommit={(max) => change({ max })}
              />
              <TextField
                class="short"
                label="Reset"
                value={value.reset}
                placeholder="0"
                invalid={!isWhole(value.reset)}
                onCommit={(reset) => change({ reset })}
              />
              <Check checked={value.dropResets} title="Leave out what a reset makes" onChange={(dropResets) => change({ dropResets })}>
                drop resets
              </Check>
            </>
          )}
        </div>
      )}
    </div>
  );
}

const isWhole = (text: string): boolean => /^-?[0-9]*$/.test(text);
