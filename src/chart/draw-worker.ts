import { parentPort } from 'node:worker_threads';
import { messageOf } from '../util/message-of';
import type { ChartDescription } from './description';
import { Drawer, type PictureFormat } from './drawer';

export interface DrawRequest {
  readonly chart: ChartDescription;
  readonly format: PictureFormat;
}

export type DrawReply = { readonly picture: Uint8Array } | { readonly error: string };

/** One chart after the other, as the pool sends them. */
const drawer = new Drawer();

parentPort?.on('message', ({ chart, format }: DrawRequest) => {
  try {
    const drawn = drawer.draw(chart, format);
    // a copy in memory of its own, which can be handed over as it is
    const picture = new Uint8Array(drawn);
    parentPort?.postMessage({ picture } satisfies DrawReply, [picture.buffer]);
  } catch (error) {
    parentPort?.postMessage({ error: messageOf(error) } satisfies DrawReply);
  }
});
