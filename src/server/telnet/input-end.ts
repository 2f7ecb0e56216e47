import type { Socket } from 'node:net';
import { arrival } from '../arrival';

/**
 * What was on its way has arrived so many milliseconds later, but for what waits at the client until this side has read more, and that comes
 * without a pause. From then on a short one is enough: clients that always have something to say do not hold up the end.
 */
const PATIENT_MS = 1_000;
const SHORT_PAUSE_MS = 4;

/**
 * Finds the end of a client's input when this side ends the connection. Bytes that the kernel holds have arrived, too: the input ends when nothing
 * came for a while to a socket that is being read, or so much came that what had arrived must be among it.
 */
export class InputEnd {
  /** Bytes of the socket's life after which it is not read any further; Infinity: its end is not looked for. */
  private lastByte = Infinity;
  /** `performance.now()` scale: until then only a longer pause of the client ends its input. */
  private patientUntil = 0;
  /** Whether it is being watched for a pause of the client, and nothing has come since the last look. */
  private watched = false;
  private quiet = false;

  /**
   * @param isHeld whether the socket is not being read at present: that says nothing, and `readAgain` is to be called when it is
   * @param ended called when the end is found
   */
  constructor(
    private readonly socket: Socket,
    private readonly isHeld: () => boolean,
    private readonly ended: () => void,
  ) {}

  /** @param most bytes that can have arrived without having been read */
  find(most: number): void {
    this.lastByte = this.socket.bytesRead + most;
    this.patientUntil = performance.now() + PATIENT_MS;
    this.watch();
  }

  /** Something has come. */
  received(): void {
    this.quiet = false;
  }

  readAgain(): void {
    if (this.lastByte < Infinity) this.watch();
  }

  private watch(): void {
    this.quiet = false;
    if (this.watched) return;
    this.watched = true;
    void this.readUntilQuiet();
  }

  private async readUntilQuiet(): Promise<void> {
    do {
      this.quiet = true;
      await arrival(performance.now() < this.patientUntil ? undefined : SHORT_PAUSE_MS);
    } while (!this.quiet && !this.isHeld() && this.socket.bytesRead < this.lastByte);
    this.watched = false;
    if (!this.isHeld()) this.ended();
  }
}
