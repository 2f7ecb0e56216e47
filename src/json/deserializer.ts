import { IllegalArgumentError } from '../util/errors';
import type { Bind } from './scalars';

/**
 * What a class reads by a deserializer of its own: of what that throws of IllegalArgumentError the original tells the words, but not the place.
 * @throws JsonError
 */
export function deserializer<T>(bind: Bind<T>): Bind<T> {
  return (json) => {
    try {
      return bind(json);
    } catch (error) {
      if (!(error instanceof IllegalArgumentError)) throw error;
      throw json.placelessError(error.message);
    }
  };
}
