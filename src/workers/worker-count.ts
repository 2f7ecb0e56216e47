/** Beyond this, processes cost memory and gain nothing. */
const USUAL_MOST = 8;
const CORES_TIMES = 2;
/** Whatever the machine: ids of queries, and every worker's connections to storage, count. */
const MOST_WORKERS = 64;

/** How many workers a TSD gets, and what is to be said about it. */
export interface WorkerCount {
  readonly workers: number;
  readonly remark: string | null;
}

/**
 * @param wanted `tsd.network.worker_threads`; null: not set
 * @param engine one process can't share the work on local files as well as region servers do
 */
export function workerCount(wanted: number | null, engine: 'hbase' | 'embedded', cores: number): WorkerCount {
  if (wanted === null) return { workers: engine === 'hbase' ? Math.max(1, Math.min(cores, USUAL_MOST)) : 1, remark: null };
  const most = Math.min(MOST_WORKERS, Math.max(USUAL_MOST, CORES_TIMES * cores));
  if (wanted <= most) return { workers: Math.max(1, wanted), remark: null };
  return {
    workers: most,
    remark: `tsd.network.worker_threads = ${wanted} is more than ${cores} cores can use: ${most} workers are started`,
  };
}
