/** Histograms: how their bytes are read and written, by codec, and what can be asked of them. */
export { HistogramCodecs } from './codecs';
export { SimpleHistogram } from './simple-histogram';
export type { Bucket, Histogram, HistogramCodec } from './types';
