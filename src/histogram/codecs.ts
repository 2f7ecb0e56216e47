import { ConfigValueError, KEY_NAMES } from '../config';
import type { Config } from '../config/types';
import { readHistogramCodecs } from '../config/settings';
import { intOrNull, JsonError, jsonErrorText, map, readJson } from '../json';
import { openPlugin, type PluginKind } from '../plugins';
import { IllegalArgumentError } from '../util/errors';
import type { Log } from '../util/log';
import { textOrFile } from '../util/text-or-file';
import { SimpleHistogramCodec } from './simple-histogram';
import type { Histogram, HistogramCodec } from './types';

const MAX_ID = 255;
const SIMPLE = 'net.opentsdb.core.SimpleHistogramDecoder';

const CODEC: PluginKind<HistogramCodec> = {
  prefix: 'tsd.core.histograms',
  what: 'histogram codec',
  notFound: (name) => `Unable to find a decoder named '${name}'`,
  methods: ['decode'],
  role: 'histogramCodec',
  statsName: 'histogramCodec',
  shipped: new Map([[SIMPLE, () => new SimpleHistogramCodec()]]),
};

const IDS = map('java.util.HashMap', intOrNull);

/** The codecs that histograms are read with, by the id that stands in front of their bytes. Mirrors HistogramCodecManager. */
export class HistogramCodecs {
  private readonly byId = new Map<number, HistogramCodec>();
  private simple: number | null = null;

  /**
   * The codecs that the configuration names: the original's simple one, or modules.
   * @returns null: none are configured
   * @throws ConfigValueError in the original's words, Error when a module fails to initialise
   */
  static async load(config: Config, logger: Log): Promise<HistogramCodecs | null> {
    const text = readHistogramCodecs(config);
    if (text === null) return null;
    try {
      return await HistogramCodecs.named(text, config, logger);
    } catch (error) {
      if (!(error instanceof IllegalArgumentError)) throw error;
      throw new ConfigValueError(KEY_NAMES.histogramCodecs, text, error.message, { cause: error });
    }
  }

  /** @param text JSON, or the name of a file with it @throws IllegalArgumentError in the original's words */
  private static async named(text: string, config: Config, logger: Log): Promise<HistogramCodecs> {
    const codecs = new HistogramCodecs();
    for (const [name, id] of parseIds(textOrFile(text, (file) => `Unable to open plugin config file: ${file}`))) {
      if (id === null || id < 0 || id > MAX_ID) throw new IllegalArgumentError(`ID for codec '${name}' must be from 0 to ${MAX_ID}.`);
      if (codecs.byId.has(id)) throw new IllegalArgumentError(`Duplicate ID found for codec '${name}': ${id}`);
      codecs.byId.set(id, await openPlugin(CODEC, name, config, logger));
      if (name === SIMPLE) codecs.simple = id;
    }
    return codecs;
  }

  /** Of the simple one. @throws IllegalArgumentError when it is not configured */
  get simpleId(): number {
    if (this.simple === null) throw new IllegalArgumentError(`No codec ID assigned to class class ${SIMPLE}`);
    return this.simple;
  }

  /** @param bytes without the id in front @throws IllegalArgumentError, and what the codec throws */
  decode(id: number, bytes: Buffer): Histogram {
    return this.codecOf(id).decode(bytes, 0);
  }

  private codecOf(id: number): HistogramCodec {
    const codec = this.byId.get(id);
    if (codec === undefined) throw new IllegalArgumentError(`No codec found mapped to ID ${id}`);
    return codec;
  }

  /** A cell's value: the id, then the histogram. @throws IllegalArgumentError, and what the codec throws */
  decodeCell(value: Buffer): Histogram {
    if (value.length === 0) throw new IllegalArgumentError('The data array cannot be empty.');
    return this.codecOf(value[0]).decode(value, 1);
  }

  encodeCell(id: number, histogram: Histogram): Buffer {
    return Buffer.concat([Buffer.of(id), histogram.encode()]);
  }
}

/** @throws IllegalArgumentError */
function parseIds(text: string): ReadonlyMap<string, number | null> {
  try {
    return readJson(text, IDS) ?? new Map<string, number | null>();
  } catch (error) {
    if (!(error instanceof JsonError)) throw error;
    throw new IllegalArgumentError(jsonErrorText(error), { cause: error });
  }
}
