// Several processes that are one TSD to the outside: a primary that accepts connections and watches, and workers that do the work. What rooms
// see of it is `Siblings`: the other workers, to be asked and told.
export type { Entrance, Passage } from './entrance';
export { openPort } from './open-port';
export { collectFigures, mergeFigures, type Figures } from './figures';
export { NO_SIBLINGS, WorkerGoneError, type Siblings } from './siblings';
export { topic } from './topic';
export { COUNTED, FIGURES, FIGURES_OF_OTHERS, LAST_EVENTS, LOG_LEVEL, SPARE_CONNECTIONS, TELNET_CONNECTIONS } from './topics';
export { stopReading } from './stop-reading';
