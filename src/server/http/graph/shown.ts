import type { QueryResult } from '../../../query';

/** A value of the whole window (`0all-sum`) is not shown in graphs. Mirrors what `/q` of the original answers: it never comes to the value. */
export const showsNothing = ({ subQuery }: QueryResult): boolean => subQuery.downsample?.kind === 'all';
