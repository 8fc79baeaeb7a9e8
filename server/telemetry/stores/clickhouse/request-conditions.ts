import { REQUEST_FIELDS, type RequestFieldName, SEARCHED_NAMES } from "#core/telemetry/request-fields.ts";
import type { RequestCondition } from "#core/telemetry/request-filter.ts";
import type { RequestFilter } from "#server/telemetry/ports/request-reader.ts";
import type { Bindings } from "#server/telemetry/stores/clickhouse/bindings.ts";
import { patternOf } from "#server/telemetry/stores/pattern-of.ts";
import { REQUEST_COLUMNS } from "#server/telemetry/stores/tables.ts";
import { spansFromUs, spansUntilUs } from "#server/telemetry/stores/traced-requests.ts";

/** SQL that is true of the requests that are meant; `visible`: of rows that count. */
export function requestConditions(
  { fromMs, toMs, service, where, isTraced }: RequestFilter,
  bindings: Bindings,
  visible: string,
): string {
  const conditions = [visible, `start_ms >= ${bindings.double(Math.floor(fromMs))}`];
  if (toMs !== undefined) conditions.push(`start_ms < ${bindings.double(Math.ceil(toMs))}`);
  if (service !== undefined) conditions.push(ofHost(bindings.text(service)));
  if (isTraced === true) {
    const during = `start_us >= ${spansFromUs(fromMs)} AND start_us < ${spansUntilUs(toMs)} AND ${visible}`;
    conditions.push(`leftPad(trace_id, 32, '0') IN (SELECT leftPad(trace_id, 32, '0') FROM spans WHERE ${during})`);
  }
  for (const condition of where) {
    const asked = conditionOf(condition, bindings);
    conditions.push(condition.isNot ? `NOT ifNull(${asked}, false)` : asked);
  }
  return conditions.join(" AND ");
}

function conditionOf(condition: RequestCondition, bindings: Bindings): string {
  if (condition.kind === "text") {
    const text = bindings.text(condition.text.toLowerCase());
    return `(${SEARCHED_NAMES.map((name) => `position(lowerUTF8(${columnOf(name)}), ${text}) > 0`).join(" OR ")})`;
  }
  const column = columnOf(condition.field);
  if (condition.kind === "between") {
    const { from, to } = condition;
    const bounds = [
      ...(from === undefined ? [] : [`${column} >= ${bindings.double(from)}`]),
      ...(to === undefined ? [] : [`${column} <= ${bindings.double(to)}`]),
    ];
    return `(${bounds.join(" AND ")})`;
  }
  const isText = REQUEST_FIELDS[condition.field].type === "text";
  const each = condition.values.map((value) => {
    if (value === "") return isText ? `${column} = ''` : `${column} IS NULL`;
    if (!isText) return `${column} = ${bindings.double(Number(value))}`;
    if (value.includes("*")) return `match(${column}, ${bindings.text(`^(?:${patternOf(value)})$`)})`;
    if (condition.field === "service") return ofHost(bindings.text(value));
    // Ids of 64 bits are padded in one place and not in another.
    if (condition.field === "trace") return `leftPad(${column}, 32, '0') = ${bindings.text(value.padStart(32, "0"))}`;
    return `${column} = ${bindings.text(value)}`;
  });
  return `(${each.join(" OR ")})`;
}

export function ofHost(bound: string): string {
  return `(destination_service = ${bound} OR startsWith(destination_service, concat(${bound}, '.')))`;
}

export function columnOf(name: RequestFieldName): string {
  const column = REQUEST_COLUMNS.get(REQUEST_FIELDS[name].of);
  if (column === undefined) throw new Error(`no column holds ${name}`);
  return column;
}
