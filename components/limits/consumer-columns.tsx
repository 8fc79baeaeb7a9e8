import { formatRate } from "#components/format/format-rate.ts";
import { nameLimit, nameSubject } from "#components/limits/name-subject.ts";
import { USED_COLUMNS } from "#components/limits/used-columns.tsx";
import type { Column } from "#components/ui/table-column.ts";
import { Ago } from "#components/ui/time-text.tsx";
import type { ConsumerView } from "#core/view/limit.ts";

const SUBJECT: Column<ConsumerView> = {
  id: "consumer",
  header: "Consumer",
  cell: (row) => <span className="inline-block min-w-36 [overflow-wrap:anywhere]">{nameSubject(row)}</span>,
  sortValue: ({ subject }) => subject,
};
const LIMIT: Column<ConsumerView> = {
  id: "limit",
  header: "Limit",
  cell: (row) => <span className="inline-block min-w-36 [overflow-wrap:anywhere]">{nameLimit(row)}</span>,
  sortValue: ({ limit }) => limit,
};
const USE: readonly Column<ConsumerView>[] = [
  ...USED_COLUMNS,
  {
    id: "left",
    header: "Left",
    align: "end",
    cell: ({ left }) => (left <= 0 ? <span className="font-medium text-bad-text">none</span> : formatRate(left)),
    sortValue: ({ left }) => left,
  },
  {
    id: "held",
    header: "At agents",
    align: "end",
    hideBelow: "lg",
    cell: ({ held }) => formatRate(held),
    sortValue: ({ held }) => held,
  },
  {
    id: "ends",
    header: "Anew",
    hideBelow: "lg",
    cell: ({ endsAt }) => (endsAt === null ? <span className="text-subtle">–</span> : <Ago at={endsAt} />),
    sortValue: ({ endsAt }) => endsAt,
  },
];

/** Of one limit: who uses it. */
export const CONSUMER_COLUMNS: readonly Column<ConsumerView>[] = [SUBJECT, ...USE];
/** Of one consumer: what bears on it. */
export const BEARING_COLUMNS: readonly Column<ConsumerView>[] = [LIMIT, ...USE];
