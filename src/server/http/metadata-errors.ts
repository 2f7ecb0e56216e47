import { MetaConflictError } from '../../meta';
import { NoSuchUniqueId } from '../../uid';
import { ClientError, IllegalArgumentError } from '../../util/errors';

/** What a client is told in place of an error's own text. */
export interface ErrorTexts {
  /** Of a mistake: the error's text becomes the details then. */
  readonly message?: string;
  /** Details of a mistake; absent: the error's text. */
  readonly details?: string;
  /** Of a UID that nobody has. */
  readonly unknown?: string;
}

/** Does work on metadata, and turns what the client did wrong into its answer. @throws ClientError */
export async function forClient<T>(work: () => Promise<T> | T, { message, details, unknown }: ErrorTexts = {}): Promise<T> {
  try {
    return await work();
  } catch (e) {
    if (e instanceof IllegalArgumentError) throw new ClientError(400, message ?? e.message, details ?? e.message, { cause: e });
    if (e instanceof NoSuchUniqueId && unknown !== undefined) throw new ClientError(404, unknown, e.message, { cause: e });
    if (e instanceof MetaConflictError)
      throw new ClientError(500, e.message, 'This may be caused by another process modifying storage data', { cause: e });
    throw e;
  }
}
