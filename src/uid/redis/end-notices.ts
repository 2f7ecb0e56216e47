import { randomUUID } from 'node:crypto';
import type { Log } from '../../util/log';
import type { UidEnd } from '../shared-cache';
import { UID_KINDS, type UidKind } from '../types';
import type { Generation } from './generation';
import { RedisLink, type RedisLinkOptions } from '../../util/redis-link';
import type { Seal } from './seal';

interface Notice {
  sender: string;
  from: number;
  to: number;
  kind: UidKind;
  names: string[];
  id: string;
}

/**
 * News of ended mappings from TSD to TSD, over Redis publish/subscribe. It only makes things faster and more precise: a TSD that misses a notice
 * sees from the generation that it missed something, and drops everything.
 */
export class EndNotices {
  received = 0;
  private readonly link: RedisLink;
  private readonly sender = randomUUID();
  private channel: string | null = null;

  constructor(
    options: RedisLinkOptions,
    private readonly generation: Generation,
    private readonly onEnd: (ended: UidEnd) => void,
    logger: Log,
  ) {
    this.link = new RedisLink(options, 'UID invalidation', logger);
    this.link.client.on('message', (_channel: string, message: string) => this.receive(message));
    // What was published while nobody listened is in the generation.
    this.link.onReady(() => void this.subscribe().then(() => this.generation.refresh()));
  }

  open(): Promise<void> {
    return this.link.open();
  }

  close(): void {
    this.link.close();
  }

  /** Follows the secret when it changes. */
  async subscribe(): Promise<void> {
    const moment = this.generation.latest;
    if (!moment || !this.link.isReady) return;
    const channel = channelOf(moment.seal);
    if (this.channel !== null && this.channel !== channel) await this.link.run((client) => client.unsubscribe());
    this.channel = channel;
    await this.link.run((client) => client.subscribe(channel));
  }

  /** @param via a connection that isn't subscribed: those can't publish */
  async publish(via: RedisLink, seal: Seal, from: number, to: number, ended: UidEnd): Promise<void> {
    const notice: Notice = { sender: this.sender, from, to, kind: ended.kind, names: [...ended.names], id: ended.id.toString('hex') };
    await via.run((client) => client.publish(channelOf(seal), seal.closeText(JSON.stringify(notice))));
  }

  private receive(message: string): void {
    const text = this.generation.latest?.seal.openText(message) ?? null;
    if (text === null) return;
    const { sender, from, to, kind, names, id } = JSON.parse(text) as Notice;
    if (sender === this.sender || !UID_KINDS.includes(kind)) return;
    this.received++;
    if (this.generation.follow(from, to)) this.onEnd({ kind, names, id: Buffer.from(id, 'hex') });
  }
}

function channelOf(seal: Seal): string {
  return `tsd:uid:${seal.fingerprint}:ended`;
}
