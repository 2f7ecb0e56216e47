// One description of the tables, of the row keys in them and of how their cells are merged: everything that touches a table gets it.
import { readTableSettings } from '../config/settings/tables';
import type { Config } from '../config/types';
import { dataModel, type DataModel } from './data-model';
import type { Table } from './table';

export { dataModel, type DataModel, type UidWidths } from './data-model';
export { listTables, timeSeriesTable, type Family, type Table, type TableRole, type Tables } from './table';

/** The model that a configuration describes. @param rollups the tables that the rollup configuration names @throws IllegalArgumentError, NumberFormatError */
export function readDataModel(config: Config, rollups: readonly Table[] = []): DataModel {
  return dataModel(readTableSettings(config), rollups);
}
