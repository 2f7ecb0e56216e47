import { ClientError } from '../../../util/errors';
import type { HttpCall, JsonpRule } from '../types';

/** An answer of the query engine on its way to the client. */
interface Answer {
  /** Told when it must not go on; absent: nothing stops it. */
  whenStopped?(listener: () => void): void;
  finish(status: number, error: Error | null, sent: boolean): void;
}

/**
 * Sends an answer as it is made and tells the engine how that went. One that must not go on while its client reads slowly is cut: the writer,
 * which waits for the client, would not notice.
 * @throws what goes wrong before anything was sent
 */
export async function sendAnswer(call: HttpCall, answer: Answer, parts: AsyncIterable<string>, jsonp: JsonpRule): Promise<void> {
  answer.whenStopped?.(() => {
    if (call.res.headersSent && !call.res.writableEnded) call.res.destroy();
  });
  try {
    await call.sendJsonParts(200, parts, jsonp);
    answer.finish(200, null, !call.signal.aborted);
  } catch (e) {
    const error = e as Error;
    answer.finish(error instanceof ClientError ? error.status : 500, error, false);
    throw error;
  }
}
