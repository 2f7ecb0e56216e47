import { ApiError } from '../api/http';

/** What went wrong: the message, and what else was said of it when asked for. */
export function ErrorBox({ error }: { error: unknown }) {
  const message = error instanceof Error ? error.message : String(error);
  const details = error instanceof ApiError ? error.details : '';
  const status = error instanceof ApiError && error.status > 0 ? String(error.status) : '';
  return (
    <div class="error" role="alert">
      <p>
        {status && <span class="status-code">{status}</span>} {message}
      </p>
      {details !== '' && (
        <details>
          <summary>Details</summary>
          <pre tabIndex={0}>{details}</pre>
        </details>
      )}
    </div>
  );
}
