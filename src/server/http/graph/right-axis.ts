import { ClientError } from '../../../util/errors';

const RIGHT = 'axis x1y2';
/** What may be an option of gnuplot that nobody has listed: it means nothing here, as in the original without a list. */
const HARMLESS = /^[a-zA-Z0-9 ._-]{0,100}$/;

/**
 * Which sub-queries' series are on the right axis: those whose `o` says `axis x1y2`.
 * @param options the values of `o`
 * @param allowed what `o` may say; null: nobody has said, then the right axis, and whatever else is harmless is ignored
 * @throws ClientError 400 for an option that is not allowed, or, with a list, when there is not one for each sub-query
 */
export function rightAxes(options: readonly string[], subQueries: number, allowed: readonly string[] | null): boolean[] {
  options.forEach((option, index) => {
    if (allowed === null ? !HARMLESS.test(option) : !allowed.includes(option)) {
      throw new ClientError(400, `Query option at index ${index} was not in the allow list.`);
    }
  });
  if (allowed !== null && options.length > 0 && options.length !== subQueries) {
    throw new ClientError(400, `${options.length} \`o' parameters, but ${subQueries} \`m' parameters.`);
  }
  return Array.from({ length: subQueries }, (_none, index) => options[index]?.trim() === RIGHT);
}
