import { ClientError } from '../../../../util/errors';
import { eachSeries, withPoints, type GexpFunction, type GexpSeries } from '../series';
import { absolutePoints } from './absolute';

/** The text with each `@key` of a tag that the group has in common replaced by its value, wherever it stands. */
function nameOf(template: string, { tags }: GexpSeries): string {
  let name = template;
  for (const [tagk, tagv] of tags) name = name.replaceAll(`@${tagk}`, () => tagv);
  return name;
}

/** `alias(series, name, ...)`: another name, no tags, and absolute values, as the original has it. Mirrors Alias. */
export const alias: GexpFunction = (parameters) => {
  if (parameters.length === 0) throw new ClientError(400, 'Missing the alias');
  const template = parameters.join(',');
  return eachSeries((series, scope) => {
    const metric = nameOf(template, series);
    return {
      ...withPoints(series, absolutePoints, scope),
      metric,
      tags: new Map(),
      aggregateTags: [],
      ids: { ...series.ids, aggregated: [] },
    };
  });
};
