/** Characters that are gathered before they are written. */
const CHUNK = 1 << 16;

/** Whoever read the output has gone away, as `head` does. */
export class ReaderGoneError extends Error {
  constructor(cause: Error) {
    super('Nobody reads the output any more', { cause });
    this.name = 'ReaderGoneError';
  }
}

/** Text on its way to a stream, in large pieces and at the reader's pace. */
export class TextOutput {
  private text = '';
  private failure: Error | null = null;

  constructor(private readonly stream: NodeJS.WritableStream) {
    stream.once('error', (error: Error) => (this.failure = error));
  }

  write(text: string): void {
    this.text += text;
  }

  /** Enough is gathered: `flush` is due. */
  get isFull(): boolean {
    return this.text.length >= CHUNK;
  }

  /** Resolves when the stream has taken everything. Rejects when its reader has gone away. */
  flush(): Promise<void> {
    const { text } = this;
    this.text = '';
    if (this.failure !== null) return Promise.reject(asGone(this.failure));
    if (text === '') return Promise.resolve();
    return new Promise((done, failed) => {
      this.stream.write(text, (error) => (error ? failed(asGone(error)) : done()));
    });
  }
}

function asGone(error: Error): Error {
  return 'code' in error && error.code === 'EPIPE' ? new ReaderGoneError(error) : error;
}
