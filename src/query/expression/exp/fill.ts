import { IllegalArgumentError } from '../../../util/errors';
import type { NumericFill } from './request';

const POLICIES = ['none', 'zero', 'nan', 'null', 'scalar'] as const;

/** The policy of a name, in upper or lower case. @throws IllegalArgumentError in the original's words */
export function parseFillPolicy(text: string): NumericFill['policy'] {
  const policy = POLICIES.find((name) => name === text.toLowerCase());
  if (policy === undefined) throw new IllegalArgumentError(`Unrecognized fill policy: ${text}`);
  return policy;
}

/**
 * What a policy and a value, one of which may be left out, mean together.
 * @param value 0 when left out
 * @throws IllegalArgumentError in the original's words when they contradict each other
 */
export function numericFill(policy: NumericFill['policy'] | null, value: number): NumericFill {
  const isNan = value !== value;
  switch (policy) {
    case null:
      return { policy: isNan ? 'nan' : value === 0 ? 'zero' : 'scalar', value };
    case 'none':
    case 'nan':
      if (!isNan && value !== 0) throw new IllegalArgumentError('The value for NONE and NAN must be NaN');
      return { policy, value: NaN };
    case 'null':
      if (!isNan && value !== 0) throw new IllegalArgumentError('The value for NULL must be 0');
      return { policy, value: NaN };
    case 'zero':
      if (value !== 0) throw new IllegalArgumentError('The value for ZERO must be 0');
      return { policy, value: 0 };
    case 'scalar':
      return { policy, value };
  }
}
