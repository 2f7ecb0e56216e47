import type { PluginKind } from '../plugins';
import type { DataPointFilter, MetaCache, RtPublisher, StorageExceptionHandler } from './plugins';

// Where the original finds no plugin it says the word twice for the filter, and once for the others.

export const FILTER: PluginKind<DataPointFilter> = {
  prefix: 'tsd.timeseriesfilter',
  what: 'time series filter plugin',
  notFound: (name) => `Unable to locate time series filter plugin plugin: ${name}`,
  methods: ['allowDataPoint'],
  role: 'filter',
  statsName: 'timeseriesFilter',
};

export const PUBLISHER: PluginKind<RtPublisher> = {
  prefix: 'tsd.rtpublisher',
  what: 'real time publisher plugin',
  methods: ['publishDataPoint'],
  role: 'publisher',
  statsName: 'publish',
};

export const META_CACHE: PluginKind<MetaCache> = {
  prefix: 'tsd.core.meta.cache',
  what: 'meta cache plugin',
  methods: ['increment'],
  role: 'metaCache',
  statsName: 'metaCache',
};

export const EXCEPTION_HANDLER: PluginKind<StorageExceptionHandler> = {
  prefix: 'tsd.core.storage_exception_handler',
  what: 'storage exception handler plugin',
  methods: ['handleError'],
  role: 'exceptionHandler',
  statsName: 'storageExceptionHandler',
};
