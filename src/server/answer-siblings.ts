import { collectFigures, FIGURES, LOG_LEVEL } from '../workers';
import type { Tsd } from './context';
import { runtimeStats } from './http/endpoints/runtime-stats';
import { queryTexts } from './http/query/registry-json';
import { DROP_CACHES, END_QUERY, QUERIES, REGION_CLIENTS, RUNTIME_STATS } from './sibling-topics';

/** Has this worker answer what others are asked about the daemon as a whole. */
export function answerSiblings(tsd: Tsd): void {
  const { siblings, logs, uids, storage, queries } = tsd;
  siblings.answer(FIGURES, () => collectFigures(tsd.statsSources));
  siblings.answer(LOG_LEVEL, ({ level, logger }) => {
    logs.setLevel(level, logger, true);
    return null;
  });
  siblings.answer(DROP_CACHES, () => {
    uids.dropCaches();
    return null;
  });
  siblings.answer(RUNTIME_STATS, () => runtimeStats(tsd.startedAt));
  siblings.answer(REGION_CLIENTS, (details) => storage.servers(details));
  siblings.answer(QUERIES, () => queryTexts(queries.registry));
  siblings.answer(END_QUERY, (id) => queries.registry.stop(id));
}
