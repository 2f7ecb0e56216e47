// One description of the tables, of the row keys in them and of how their cells are merged: everything that touches a table gets it.
import { readTableSettings } from '../config/settings/tables';
import type { Config } from '../config/types';
import { dataModel, type DataModel } from './data-model';

export { dataModel, type DataModel, type UidWidths } from './data-model';
export { listTables, timeSeriesTable, type Family, type Table, type TableRole, type Tables } from './table';

/** The model that a configuration describes. @throws IllegalArgumentError, NumberFormatError */
export function readDataModel(config: Config): DataModel {
  return dataModel(readTableSettings(config));
}
