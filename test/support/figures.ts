import type { StatsSource } from '../../src/util/stats';

/** What a part counts at this moment, by name and tags: `uid.cache-size kind=tagk`. Figures that have to be waited for are left out. */
export function figuresOf(source: StatsSource): Record<string, number> {
  const figures: Record<string, number> = {};
  void source.collectStats({
    record: (name, value, tags = {}) => {
      figures[[name, ...Object.entries(tags).map(([tag, text]) => `${tag}=${text}`)].join(' ')] = Number(value);
    },
  });
  return figures;
}
