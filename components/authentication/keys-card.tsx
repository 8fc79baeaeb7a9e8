import { Badge } from "#components/ui/badge.tsx";
import { Card } from "#components/ui/card.tsx";
import { DataTable } from "#components/ui/data-table.tsx";
import { ResourceLinks } from "#components/ui/resource-links.tsx";
import type { Column } from "#components/ui/table-column.ts";
import { Ago } from "#components/ui/time-text.tsx";
import type { KeyFacts } from "#core/registry/list-keys.ts";
import type { IssuerView, KeyPlace } from "#core/view/authentication.ts";

/** Fetched from a place, or standing in a rule. */
interface Row {
  readonly key: string;
  readonly place: KeyPlace | null;
  readonly issuers: readonly string[];
  readonly refs: readonly string[];
  readonly keys: readonly KeyFacts[];
}

const COLUMNS: readonly Column<Row>[] = [
  {
    id: "from",
    header: "From",
    cell: ({ place, issuers }) => (
      <span className="inline-block min-w-44 [overflow-wrap:anywhere]">
        {place === null ? "written in the rule" : <span className="font-mono text-xs">{place.location}</span>}
        <span className="block font-normal text-subtle text-xs">
          for {issuers.map((each) => (each === "" ? "any issuer" : each)).join(", ")}
        </span>
      </span>
    ),
    sortValue: ({ place }) => place?.location ?? "",
  },
  {
    id: "keys",
    header: "Keys",
    cell: ({ keys }) => (
      <ul className="min-w-28">
        {keys.map(({ id, type, algorithm }, at) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: two keys of a set may say the same of themselves
          <li key={`${at} ${id}`}>
            {id === "" ? (
              <span className="text-subtle">no key id</span>
            ) : (
              <code className="font-mono text-xs [overflow-wrap:anywhere]">{id}</code>
            )}{" "}
            <span className="text-subtle text-xs">{[type, algorithm].filter((each) => each !== "").join(", ")}</span>
          </li>
        ))}
        {keys.length === 0 ? <li className="text-bad-text">none: tokens are refused</li> : null}
      </ul>
    ),
    sortValue: ({ keys }) => keys.length,
  },
  {
    id: "state",
    header: "State",
    cell: ({ place }) => <State place={place} />,
    sortValue: ({ place }) => stateOf(place),
  },
  {
    id: "next",
    header: "Next fetch",
    hideBelow: "md",
    cell: ({ place }) =>
      place === null ? (
        <span className="text-subtle">never</span>
      ) : place.nextAt === null ? (
        "now"
      ) : (
        <Ago at={place.nextAt} />
      ),
    sortValue: ({ place }) => place?.nextAt ?? null,
  },
  { id: "used", header: "Used by", hideBelow: "lg", cell: ({ refs }) => <ResourceLinks refs={refs} /> },
];

type KeyState = "failing" | "kept" | "asking" | "fetched" | "written";

function stateOf(place: KeyPlace | null): KeyState {
  if (place === null) return "written";
  if (place.error !== null) return place.fetchedAt === null ? "failing" : "kept";
  return place.fetchedAt === null ? "asking" : "fetched";
}

const STATE = {
  failing: { tone: "bad", word: "Never fetched" },
  kept: { tone: "warn", word: "Last good ones kept" },
  asking: { tone: "neutral", word: "Being fetched" },
  fetched: { tone: "ok", word: "Fetched" },
  written: { tone: "neutral", word: "Written" },
} as const;

function State({ place }: Pick<Row, "place">) {
  const { tone, word } = STATE[stateOf(place)];
  return (
    <span className="inline-block min-w-40">
      <Badge tone={tone}>{word}</Badge>
      {place === null || place.fetchedAt === null ? null : (
        <span className="ml-1.5 text-subtle text-xs">
          <Ago at={place.fetchedAt} />
        </span>
      )}
      {place === null || place.error === null ? null : (
        <span className="block text-xs [overflow-wrap:anywhere]">{place.error}</span>
      )}
    </span>
  );
}

/** The keys that tokens are checked by: which they are, where they are from, how old, and what failed. */
export function KeysCard({
  places,
  issuers,
}: {
  readonly places: readonly KeyPlace[];
  readonly issuers: readonly IssuerView[];
}) {
  const rows: readonly Row[] = [
    ...places.map((place) => ({ key: place.location, place, ...pick(place) })),
    ...issuers.flatMap(({ ref, index, issuer, location, ownKeys }) =>
      location === null ? [{ key: `${ref} ${index}`, place: null, issuers: [issuer], refs: [ref], keys: ownKeys }] : [],
    ),
  ];
  // Without issuers none are needed, and that is told above.
  if (rows.length === 0) return null;
  return (
    <Card
      isFlush
      testId="keys"
      title="Keys"
      description="Fetched again every twenty minutes; the last good ones are kept"
    >
      <DataTable label="Keys of tokens" columns={COLUMNS} rows={rows} rowKey={({ key }) => key} />
    </Card>
  );
}

function pick({ issuers, refs, keys }: KeyPlace): Pick<Row, "issuers" | "refs" | "keys"> {
  return { issuers, refs, keys };
}
