import type { RequestFieldName } from "#core/telemetry/request-fields.ts";
import type { RequestRecord } from "#core/telemetry/request-record.ts";
import type {
  FacetCount,
  RequestFilter,
  RequestSearch,
  RequestShape,
  RequestSlot,
  ShapeSearch,
} from "#server/telemetry/ports/request-reader.ts";
import { Bindings } from "#server/telemetry/stores/clickhouse/bindings.ts";
import type { OpenedDatabase } from "#server/telemetry/stores/clickhouse/clickhouse-database.ts";
import { columnOf, ofHost, requestConditions } from "#server/telemetry/stores/clickhouse/request-conditions.ts";
import { SORT_COLUMNS } from "#server/telemetry/stores/sort-columns.ts";
import { REQUESTS } from "#server/telemetry/stores/tables.ts";

/** Rows lie by time: those of a page that is sorted by it are found without a look at the rest. */
export async function readRequests(
  { client, book }: OpenedDatabase,
  search: RequestSearch,
): Promise<readonly RequestRecord[]> {
  const bindings = new Bindings();
  const { sort = "start", isAscending = false, after, limit } = search;
  const column = SORT_COLUMNS[sort];
  const [order, beyond] = isAscending ? ["ASC", ">"] : ["DESC", "<"];
  const page =
    after === undefined
      ? ""
      : ` AND (toFloat64(${column}), id) ${beyond} (${bindings.double(after.value)}, ${bindings.text(after.id)})`;
  return client.rows<RequestRecord>(
    `SELECT ${REQUESTS.select()} FROM requests WHERE ${requestConditions(search, bindings, book.visible())}${page}
     ORDER BY ${column} ${order}, id ${order} LIMIT ${bindings.limit(limit)}`,
    bindings,
  );
}

/** One pass over the rows for all fields. */
export async function countFacets(
  { client, book }: OpenedDatabase,
  filter: RequestFilter,
  fields: readonly RequestFieldName[],
  limit: number,
): Promise<readonly FacetCount[]> {
  if (fields.length === 0) return [];
  const bindings = new Bindings();
  const pairs = fields.map((name) => `(${bindings.text(name)}, ifNull(toString(${columnOf(name)}), ''))`);
  const told = await client.rows<{ field: RequestFieldName; value: string; found: number; stands: number }>(
    `SELECT told.1 AS field, told.2 AS value, count() AS found, sum(weight) AS stands
     FROM requests ARRAY JOIN [${pairs.join(", ")}] AS told WHERE ${requestConditions(filter, bindings, book.visible())}
     GROUP BY field, value ORDER BY found DESC, value LIMIT ${bindings.limit(limit)} BY field`,
    bindings,
  );
  return told.map(({ field, value, found, stands }) => ({ field, value, rows: found, weight: stands }));
}

export async function countSlots(
  { client, book }: OpenedDatabase,
  filter: RequestFilter,
  stepMs: number,
): Promise<readonly RequestSlot[]> {
  const bindings = new Bindings();
  const step = bindings.whole(Math.max(1, stepMs));
  const told = await client.rows<{ slot: number; class: RequestSlot["class"]; found: number; stands: number }>(
    `SELECT intDiv(start_ms, ${step}) * ${step} AS slot, class, count() AS found, sum(weight) AS stands FROM requests
     WHERE ${requestConditions(filter, bindings, book.visible())} GROUP BY slot, class ORDER BY slot, class`,
    bindings,
  );
  return told.map(({ slot, found, stands, ...of }) => ({
    startMs: slot,
    class: of.class,
    rows: found,
    weight: stands,
  }));
}

export async function readShapes(
  { client, book }: OpenedDatabase,
  { fromMs, toMs, service, limit }: ShapeSearch,
): Promise<readonly RequestShape[]> {
  const bindings = new Bindings();
  const ofService = service === undefined ? "" : ` AND ${ofHost(bindings.text(service))}`;
  const visible = book.visible();
  const told = await client.rows<Omit<RequestShape, "count"> & { sum: number }>(
    `SELECT reporter, destination_service AS service, destination_port AS port, source_principal AS principal, method, path_template AS pathTemplate,
       response_code AS responseCode, sum(counted) AS sum
     FROM (SELECT key, method, path_template, sum(count) AS counted FROM shapes
           WHERE start_ms >= ${bindings.double(fromMs)} AND start_ms < ${bindings.double(toMs)} AND ${visible} GROUP BY key, method, path_template) AS s
     INNER JOIN (SELECT * FROM keys WHERE ${visible}${ofService}) AS k ON k.id = s.key
     GROUP BY reporter, service, port, principal, method, pathTemplate, responseCode
     ORDER BY sum DESC, service, method, pathTemplate, responseCode LIMIT ${bindings.limit(limit)}`,
    bindings,
  );
  return told.map(({ sum, ...shape }) => ({ ...shape, count: sum }));
}
