/**
 * The HBase client. A call goes from client.ts over retry.ts (single rows), batch.ts (many rows) or scanner.ts, which find the region in
 * regions.ts (read from hbase:meta by meta-table.ts) and the connection in servers.ts; congestion.ts limits what is under way to a server,
 * and server-queue.ts combines batches. errors.ts says what an exception of the server means. admin.ts creates and changes tables.
 */
export { HBaseAdmin } from './admin';
export type { ExistingTable, FamilyDescription, TableDescription } from './admin';
export { HBaseStorage } from './client';
export type { HBaseOptions } from './options';
export type { MetaLocator } from './meta-locator';
