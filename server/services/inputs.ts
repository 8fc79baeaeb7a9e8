import { z } from "zod";
import { ROLES } from "#core/access/role.ts";
import { GRAPH_VIEWS } from "#core/graph/graph.ts";
import { isNamespace, isServiceAccount } from "#core/identity/spiffe-id.ts";
import { KIND_NAMES } from "#core/kinds/kinds.ts";
import type { ConfigChange } from "#core/resource/config-change.ts";
import { rangeSeconds } from "#core/telemetry/range-seconds.ts";
import { RETENTION_NAMES, type RetentionName } from "#core/telemetry/retention-names.ts";
import type { HistoryFilter } from "#core/view/config.ts";
import { REVOCATION_KINDS } from "#core/view/session.ts";
import { UNITS_MAX } from "#core/whole-units.ts";

// What services are asked with: the API checks it against these, and their types are what the services take.

export const refText = z
  .string()
  .regex(/^[A-Za-z]+\/[a-z0-9-]+\/[a-z0-9.-]+$/, "is KIND/NAMESPACE/NAME, e.g. VirtualService/default/reviews");
export const revision = z.number().int().positive();
export const reason = z.string().max(1000).default("");

const configChange = z.discriminatedUnion("op", [
  z.object({
    op: z.literal("upsert"),
    /** Bounded by the ingest itself, which says the limit; this only bounds a request. */
    text: z.string().max(16_000_000),
    expectedVersion: z.number().int().nonnegative().optional(),
    file: z.string().max(4096).optional(),
    namespace: z
      .string()
      .regex(/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/, "is lower case letters, digits and dashes")
      .optional(),
  }),
  z.object({ op: z.literal("delete"), ref: refText, expectedVersion: z.number().int().nonnegative().optional() }),
]) satisfies z.ZodType<ConfigChange>;

export const configChanges = z.array(configChange).min(1).max(10_000);

export const listFilter = z.object({
  kinds: z.array(z.string().max(40)).max(KIND_NAMES.length).optional(),
  namespace: z.string().max(63).optional(),
  /** In kubectl's grammar; throws `invalid` when it is none. */
  labelSelector: z.string().max(4096).optional(),
});
export type ListFilter = z.output<typeof listFilter>;

export const historyFilter = z.object({
  ref: refText.optional(),
  limit: z.number().int().min(1).max(500).default(50),
  before: revision.optional(),
  fromMs: z.number().int().nonnegative().optional(),
  toMs: z.number().int().nonnegative().optional(),
}) satisfies z.ZodType<HistoryFilter>;

export const marksQuery = z.object({
  fromMs: z.number().int().nonnegative(),
  toMs: z.number().int().positive(),
  /** A service: of each revision it is told whether it bears on it. */
  host: z.string().max(253).optional(),
  limit: z.number().int().min(1).max(200).default(100),
});
export type MarksQuery = z.output<typeof marksQuery>;

export const healthSubject = z.object({
  kind: z.enum(["service", "workload", "app"]),
  namespace: z.string().max(63),
  name: z.string().min(1).max(253),
});
export const healthHistory = z.object({
  subject: z.string().regex(/^(?:service|workload|app|namespace) \S{1,320}$/, "is KIND NAME"),
  seconds: z.number().int().min(60).max(2_592_000),
});

export const alertHistory = z.object({ seconds: z.number().int().min(60).max(2_592_000) });

export const objectiveQuery = z.object({
  ref: refText,
  /** So long back; without it the window of the objective. */
  seconds: z.number().int().min(3600).max(7_776_000).optional(),
});

const graphView = z.enum(GRAPH_VIEWS).default("versioned-app");

const namespaces = z.array(z.string().max(63)).max(500).optional();

export const graphQuery = z.object({
  view: graphView,
  seconds: rangeSeconds,
  endMs: z.number().int().positive().optional(),
  namespaces,
  /** Also what is registered and had no traffic. */
  idle: z.boolean().optional(),
});
export type GraphQuery = z.output<typeof graphQuery>;

/**
 * A graph to be drawn, with the namespaces that a person closed or opened; of the others, those of a graph too large to
 * read are closed. See docs/adr/0007-graph-layout.md.
 */
export const drawnGraphQuery = graphQuery.omit({ namespaces: true }).extend({
  closed: namespaces,
  open: namespaces,
  /** The end of a range of the same length, beside which this one is drawn. */
  thanMs: z.number().int().positive().optional(),
});
export type DrawnGraphQuery = z.output<typeof drawnGraphQuery>;

const graphEnd = z.string().min(1).max(400).optional();

export const seriesQuery = z
  .object({ view: graphView, seconds: rangeSeconds, from: graphEnd, to: graphEnd })
  .refine(({ from, to }) => from !== undefined || to !== undefined, "needs from, to or both");
export type SeriesQuery = z.output<typeof seriesQuery>;

/** Workloads that a policy is meant for. */
export const policedQuestion = z.object({
  namespace: z.string().max(63),
  labels: z.record(z.string().max(317), z.string().max(63)),
  /** Ref of the policy itself, which is left out. */
  except: z.string().max(600).nullable(),
});
export type PolicedQuestion = z.output<typeof policedQuestion>;

export const totalsQuery = z.object({
  reporter: z.enum(["source", "destination"]),
  workload: z.string().max(253).optional(),
  service: z.string().max(253).optional(),
  startMs: z.number().int().nonnegative(),
  endMs: z.number().int().positive(),
});
export type TotalsQuery = z.output<typeof totalsQuery>;

export const revocationInput = z.object({
  kind: z.enum(REVOCATION_KINDS),
  /** A SPIFFE id or NAMESPACE/ACCOUNT, a namespace, a serial or fingerprint, the id of a join token. */
  subject: z.string().min(1).max(600),
  reason: z.string().trim().min(1, "says why").max(1000),
});
export type RevocationInput = z.output<typeof revocationInput>;

export const liftInput = z.object({ id: z.string().max(100), reason: z.string().trim().max(1000).default("") });
export type LiftInput = z.output<typeof liftInput>;

const namespace = z.string().refine(isNamespace, "is lower-case letters, digits and dashes, 63 at most");
const serviceAccount = z
  .string()
  .refine(isServiceAccount, "is lower-case letters, digits, dots and dashes, 253 at most");

export const joinTokenInput = z.object({
  namespace,
  serviceAccount,
  /** A WorkloadGroup's name has the letters of an account's. */
  group: serviceAccount.optional(),
  ttlSeconds: z.number().int().min(10).max(86_400).default(3600),
  /** host:port that agents will dial; the server's own by default. An IPv6 address stands in brackets. */
  server: z
    .string()
    .max(260)
    .regex(/^(?:[a-zA-Z0-9._-]+|\[[0-9a-fA-F:]+\]):\d{1,5}$/, "is HOST:PORT")
    .optional(),
});
export type JoinTokenInput = z.output<typeof joinTokenInput>;

export const apiTokenInput = z.object({
  name: z.string().min(1).max(100),
  role: z.enum(ROLES),
  ttlSeconds: z.number().int().min(60).max(31_536_000).optional(),
});
export type ApiTokenInput = z.output<typeof apiTokenInput>;

export const auditFilter = z.object({
  limit: z.number().int().min(1).max(500).default(100),
  before: z
    .string()
    .regex(/^\d{1,9}$/, "is the id of a line")
    .optional(),
  actor: z.string().optional(),
  action: z.string().optional(),
});
export type AuditFilter = z.output<typeof auditFilter>;

/** A request that is asked about, with changes under which it is asked about besides. */
export const simulatedRequest = z.object({
  /** A proxy, its workload or app; a gateway for requests from outside. */
  from: z.string().min(1).max(500),
  method: z
    .string()
    .regex(/^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,40}$/, "is an HTTP method")
    .default("GET"),
  url: z.string().min(1).max(8192),
  headers: z
    .array(
      z.tuple([z.string().regex(/^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,256}$/, "is a header's name"), z.string().max(8192)]),
    )
    .max(100)
    .default([]),
  /** Of the client, at a gateway. */
  sourceIp: z.string().max(45).optional(),
  changes: configChanges.optional(),
});
export type SimulatedRequest = z.output<typeof simulatedRequest>;

/** A consumer of a limit, as `ConsumerView.key` names it. */
const consumerKey = z.string().min(1).max(700);

export const consumersFilter = z.object({
  /** Of `LimitRuleView.id`. */
  limit: z.string().min(1).max(450),
  /** A part of the consumer's name. */
  text: z.string().max(200).default(""),
  most: z.number().int().min(1).max(1000).default(100),
});
export const consumerRef = z.object({ key: consumerKey });
export const consumerName = z.object({ subject: z.string().max(1000) });
export const topUpInput = z.object({ key: consumerKey, units: z.number().int().min(1).max(UNITS_MAX), reason });
export const resetInput = z.object({ key: consumerKey, reason });
export type ConsumersFilter = z.infer<typeof consumersFilter>;
export type TopUpInput = z.infer<typeof topUpInput>;
export type ResetInput = z.infer<typeof resetInput>;

/** How long what is kept, as it is written: "14d", "36h"; of all "8GB". What is not named stays. */
export const retentionInput = z.strictObject(
  Object.fromEntries(RETENTION_NAMES.map((name) => [name, z.string().trim().max(20).optional()])) as Record<
    RetentionName,
    z.ZodOptional<z.ZodString>
  >,
);
export type RetentionInput = z.infer<typeof retentionInput>;
