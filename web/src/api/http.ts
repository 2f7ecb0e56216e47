import { fields, textOf } from './fields';

/** What the TSD said no to, or that it said nothing. */
export class ApiError extends Error {
  /**
   * @param status 0: there was no answer
   * @param details what stands beside the message, a stack trace included; empty: nothing
   */
  constructor(
    readonly status: number,
    message: string,
    readonly details: string,
  ) {
    super(message);
  }
}

/** Answers are read as text and shown as text: nothing that the TSD says is ever taken for markup. */
export async function send(path: string, init: RequestInit = {}): Promise<Response> {
  let answer: Response;
  try {
    answer = await fetch(path, { cache: 'no-store', credentials: 'same-origin', ...init });
  } catch (cause) {
    if (isAbort(cause)) throw cause;
    throw new ApiError(0, 'The TSD does not answer', cause instanceof Error ? cause.message : '');
  }
  if (!answer.ok && answer.status !== 304) throw errorOf(answer, await answer.text());
  return answer;
}

export const getJson = async (path: string, signal?: AbortSignal): Promise<unknown> => (await send(path, { signal })).json();

export async function postJson(path: string, body: unknown, signal?: AbortSignal, method = 'POST'): Promise<unknown> {
  const headers = { 'Content-Type': 'application/json' };
  const answer = await send(path, { method, headers, body: JSON.stringify(body), signal });
  const text = await answer.text();
  return text === '' ? null : JSON.parse(text);
}

/** Whether a request was given up by the page itself. */
export const isAbort = (error: unknown): boolean => error instanceof DOMException && error.name === 'AbortError';

/** The API's `{"error":{"message","details","trace"}}`, the older `{"err"}`, or the text of a page. */
function errorOf(answer: Response, text: string): ApiError {
  try {
    const body = fields(JSON.parse(text));
    const error = fields(body.get('error'));
    const missing = 'The mode of this TSD, tsd.core.enable_api or tsd.core.enable_ui leaves it out.';
    const message = textOf(error.get('message')) || textOf(body.get('err')) || textOf(error.get('code'));
    const details = textOf(error.get('details'));
    const shown = [message === 'Endpoint not found' ? missing : details === message ? '' : details, textOf(error.get('trace'))]
      .filter((part) => part !== '')
      .join('\n\n');
    if (message !== '') return new ApiError(answer.status, message, shown);
  } catch {
    // no JSON: told below
  }
  return new ApiError(answer.status, `The TSD answered ${answer.status} ${answer.statusText}`.trim(), text.slice(0, 2000));
}
