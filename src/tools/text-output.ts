/** Characters that are gathered before they are written. */
const CHUNK = 1 << 16;

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
    if (this.failure !== null) return Promise.reject(this.failure);
    if (text === '') return Promise.resolve();
    return new Promise((done, failed) => {
      this.stream.write(text, (error) => (error ? failed(error) : done()));
    });
  }
}
