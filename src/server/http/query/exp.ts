import { ClientError } from '../../../util/errors';
import type { HttpCall } from '../types';

export async function expHandler(_call: HttpCall): Promise<void> {
  throw new ClientError(404, 'Endpoint not found');
}
