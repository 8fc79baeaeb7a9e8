import type { DuckDBValue } from "@duckdb/node-api";
import { REQUEST_FIELDS, type RequestFieldName, SEARCHED_NAMES } from "#core/telemetry/request-fields.ts";
import type { RequestCondition } from "#core/telemetry/request-filter.ts";
import type { RequestRecord } from "#core/telemetry/request-record.ts";
import type {
  FacetCount,
  RequestFilter,
  RequestSearch,
  RequestShape,
  RequestSlot,
  ShapeSearch,
} from "#server/telemetry/ports/request-reader.ts";
import type { Reader } from "#server/telemetry/stores/duckdb/reader.ts";
import { patternOf } from "#server/telemetry/stores/pattern-of.ts";
import { SORT_COLUMNS } from "#server/telemetry/stores/sort-columns.ts";
import { KEYS, REQUEST_COLUMNS, REQUESTS, SHAPES } from "#server/telemetry/stores/tables.ts";
import { spansFromUs, spansUntilUs } from "#server/telemetry/stores/traced-requests.ts";

/** How far before the newest a page by time is looked for, before all that is kept is. */
const NEAR_MS = [15 * 60_000, 6 * 3_600_000];

export async function readRequests(reader: Reader, search: RequestSearch): Promise<readonly RequestRecord[]> {
  const { sort = "start", isAscending = false, fromMs, limit } = search;
  if (sort === "start" && !isAscending) {
    // The newest stand together: what is older need not be looked at, let alone sorted, where they fill the page.
    const newestMs = search.after?.value ?? (await newestOf(reader, search));
    for (const nearMs of NEAR_MS) {
      if (newestMs - nearMs <= fromMs) break;
      const near = await readPage(reader, { ...search, fromMs: newestMs - nearMs });
      if (near.length >= limit) return near;
    }
  }
  return readPage(reader, search);
}

async function newestOf(reader: Reader, { toMs }: RequestSearch): Promise<number> {
  const [row] = await reader.rows(`SELECT max(start_ms)::DOUBLE AS ms FROM requests`);
  return Math.min(Number(row?.ms ?? 0), toMs ?? Number.POSITIVE_INFINITY);
}

async function readPage(reader: Reader, search: RequestSearch): Promise<readonly RequestRecord[]> {
  const { sql, values, bind } = conditionsOf(search);
  const { sort = "start", isAscending = false, after, limit } = search;
  const column = `${SORT_COLUMNS[sort]}::DOUBLE`;
  const [order, beyond] = isAscending ? ["ASC", ">"] : ["DESC", "<"];
  const page =
    after === undefined
      ? ""
      : ` AND (${column}, id) ${beyond} (${bind(after.value)}::DOUBLE, ${bind(after.id)}::VARCHAR)`;
  const inOrder = `ORDER BY ${SORT_COLUMNS[sort]} ${order}, id ${order}`;
  const meant = `WHERE ${sql}${page}`;
  // Rows stand by time: those of a page by time are near each other, those of another are looked for first, and only they are read whole.
  const chosen =
    sort === "start"
      ? `${meant} ${inOrder} LIMIT ${limit}`
      : `WHERE rowid IN (SELECT rowid FROM requests ${meant} ${inOrder} LIMIT ${limit}) ${inOrder}`;
  const rows = await reader.rows(`SELECT ${REQUESTS.select()} FROM requests ${chosen}`, values);
  return rows as unknown as readonly RequestRecord[];
}

/** One pass over the rows for all fields. */
export async function countFacets(
  reader: Reader,
  filter: RequestFilter,
  fields: readonly RequestFieldName[],
  limit: number,
): Promise<readonly FacetCount[]> {
  if (fields.length === 0) return [];
  const { sql, values } = conditionsOf(filter);
  const columns = fields.map(columnOf);
  const sets = columns.map((column) => `(${column})`).join(", ");
  const nameOf = `CASE grouping_id(${columns.join(", ")}) ${fields
    .map((name, index) => `WHEN ${2 ** fields.length - 1 - 2 ** (fields.length - 1 - index)} THEN '${name}'`)
    .join(" ")} END`;
  const value = `coalesce(${columns.map((column) => `${column}::VARCHAR`).join(", ")}, '')`;
  const counted = `SELECT ${nameOf} AS field, ${value} AS value, count(*)::DOUBLE AS rows, sum(weight)::DOUBLE AS weight FROM requests WHERE ${sql} GROUP BY GROUPING SETS (${sets})`;
  const rows = await reader.rows(
    `SELECT * FROM (${counted}) QUALIFY row_number() OVER (PARTITION BY field ORDER BY rows DESC, value) <= ${limit} ORDER BY rows DESC, value`,
    values,
  );
  return rows as unknown as readonly FacetCount[];
}

export async function countSlots(
  reader: Reader,
  filter: RequestFilter,
  stepMs: number,
): Promise<readonly RequestSlot[]> {
  const { sql, values } = conditionsOf(filter);
  const slot = `(start_ms - start_ms % ${Math.max(1, Math.floor(stepMs))})`;
  const rows = await reader.rows(
    `SELECT ${slot}::DOUBLE AS "startMs", class, count(*)::DOUBLE AS rows, sum(weight)::DOUBLE AS weight FROM requests WHERE ${sql} GROUP BY 1, 2 ORDER BY 1, 2`,
    values,
  );
  return rows as unknown as readonly RequestSlot[];
}

export async function readShapes(reader: Reader, search: ShapeSearch): Promise<readonly RequestShape[]> {
  const values: DuckDBValue[] = [];
  const conditions = [`start_ms >= ${Math.floor(search.fromMs)}`, `start_ms < ${Math.ceil(search.toMs)}`];
  if (search.service !== undefined) {
    values.push(search.service);
    conditions.push("(destination_service = $1 OR starts_with(destination_service, $1 || '.'))");
  }
  const rows = await reader.rows(
    `SELECT reporter, destination_service AS service, destination_port AS port, source_principal AS principal, method, path_template AS "pathTemplate",
      response_code AS "responseCode", sum(count)::DOUBLE AS count
     FROM ${SHAPES.name} JOIN ${KEYS.name} ON key = id WHERE ${conditions.join(" AND ")} GROUP BY ALL ORDER BY count DESC, service, method, path_template, response_code LIMIT ${search.limit}`,
    values,
  );
  return rows as unknown as readonly RequestShape[];
}

function conditionsOf({ fromMs, toMs, service, where, isTraced }: RequestFilter) {
  const values: DuckDBValue[] = [];
  const bind = (value: DuckDBValue): string => `$${values.push(value)}`;
  const conditions = [`start_ms >= ${Math.floor(fromMs)}`];
  if (toMs !== undefined) conditions.push(`start_ms < ${Math.ceil(toMs)}`);
  if (service !== undefined) conditions.push(ofHost(bind(service)));
  if (isTraced === true) {
    const during = `start_us >= ${spansFromUs(fromMs)} AND start_us < ${spansUntilUs(toMs)}`;
    conditions.push(`lpad(trace_id, 32, '0') IN (SELECT lpad(trace_id, 32, '0') FROM spans WHERE ${during})`);
  }
  for (const condition of where) {
    const asked = conditionOf(condition, bind);
    conditions.push(condition.isNot ? `NOT coalesce(${asked}, false)` : asked);
  }
  return { sql: conditions.join(" AND "), values, bind };
}

function conditionOf(condition: RequestCondition, bind: (value: DuckDBValue) => string): string {
  if (condition.kind === "text") {
    const text = bind(condition.text.toLowerCase());
    return `(${SEARCHED_NAMES.map((name) => `contains(lower(${columnOf(name)}), ${text})`).join(" OR ")})`;
  }
  const column = columnOf(condition.field);
  if (condition.kind === "between") {
    const { from, to } = condition;
    const bounds = [
      ...(from === undefined ? [] : [`${column} >= ${bind(from)}::DOUBLE`]),
      ...(to === undefined ? [] : [`${column} <= ${bind(to)}::DOUBLE`]),
    ];
    return `(${bounds.join(" AND ")})`;
  }
  const isText = REQUEST_FIELDS[condition.field].type === "text";
  const each = condition.values.map((value) => {
    if (value === "") return isText ? `coalesce(${column}, '') = ''` : `${column} IS NULL`;
    if (!isText) return `${column} = ${bind(Number(value))}::DOUBLE`;
    if (value.includes("*")) return `regexp_full_match(${column}, ${bind(patternOf(value))})`;
    if (condition.field === "service") return ofHost(bind(value));
    // Ids of 64 bits are padded in one place and not in another.
    if (condition.field === "trace") return `lpad(${column}, 32, '0') = ${bind(value.padStart(32, "0"))}`;
    return `${column} = ${bind(value)}`;
  });
  return `(${each.join(" OR ")})`;
}

function ofHost(bound: string): string {
  return `(destination_service = ${bound} OR starts_with(destination_service, ${bound} || '.'))`;
}

function columnOf(name: RequestFieldName): string {
  const column = REQUEST_COLUMNS.get(REQUEST_FIELDS[name].of);
  if (column === undefined) throw new Error(`no column holds ${name}`);
  return column;
}
