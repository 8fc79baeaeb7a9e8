import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { PharosError } from "#core/errors.ts";
import { type Draw, type Grant, NEEDS_MAX } from "#core/rate-limit/lease-message.ts";
import { checkSize } from "#proto/check-size.ts";
import { DrawUnitsRequestSchema, DrawUnitsResponseSchema, Grant_Trouble } from "#proto/gen/pharos/agent/v1/agent_pb.js";

/** A grant with what the owner says besides. */
export interface ToldGrant extends Grant {
  /** Agents that share the limit of the key. */
  readonly members: number;
}

export interface DrawUnits {
  /** `namespace/name` of the instance that asks. */
  readonly instance: string;
  readonly run: string;
  /** The run is over, and this says what became of what it held: it draws nothing, and ends no other. */
  readonly isFormer?: boolean;
  /** Runs that are over, which this one went on from. */
  readonly goesOnFrom?: readonly string[];
  readonly draws: readonly Draw[];
}

const TROUBLE = {
  stale: Grant_Trouble.STALE,
  "unknown-limit": Grant_Trouble.UNKNOWN_LIMIT,
  "too-many-keys": Grant_Trouble.TOO_MANY_KEYS,
} as const;
const TROUBLE_NAMES: ReadonlyMap<Grant_Trouble, keyof typeof TROUBLE> = new Map(
  (Object.keys(TROUBLE) as (keyof typeof TROUBLE)[]).map((name) => [TROUBLE[name], name]),
);

/** Of one message. */
export const DRAWS_MAX = 1000;
export const FORMER_MAX = 32;
/** Names of a namespace, a policy, a rule and a share, each as long as it may be, and values as limit-key.ts shortens them. */
const KEY_MAX = 63 + 253 + 63 + 63 + 200 + 4;
const UUID = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/i;
const UNITS_END = 2 ** 53;

export function encodeDraws({ instance, run, isFormer = false, goesOnFrom = [], draws }: DrawUnits): Uint8Array {
  return toBinary(
    DrawUnitsRequestSchema,
    create(DrawUnitsRequestSchema, {
      ...{ instance, run, isFormer, goesOnFrom: [...goesOnFrom] },
      draws: draws.map(({ agent: _, spent, needs, ...draw }) => ({
        ...draw,
        needs: [...needs],
        spent: spent.map(({ amount, agoMs }) => ({ amount, agoMs })),
      })),
    }),
  );
}

/**
 * `agent` of each draw is the run, named as one of this instance: nobody speaks for another's. Throws where the bytes are none,
 * "invalid" where they say what no agent does: whoever reads it counts with these numbers.
 */
export function decodeDraws(bytes: Uint8Array): DrawUnits {
  checkSize(DrawUnitsRequestSchema, bytes);
  const { instance, run, isFormer, goesOnFrom, draws } = fromBinary(DrawUnitsRequestSchema, bytes);
  if (!UUID.test(run)) throw new PharosError("invalid", "run must be a UUID: one for each start of an agent");
  if (goesOnFrom.length > FORMER_MAX || !goesOnFrom.every((each) => UUID.test(each) && each !== run))
    throw new PharosError("invalid", `goes_on_from must be at most ${FORMER_MAX} UUIDs of other runs`);
  if (draws.length > DRAWS_MAX) throw new PharosError("invalid", `more than ${DRAWS_MAX} draws: send several messages`);
  return {
    ...{ instance, run, isFormer, goesOnFrom },
    draws: draws.map(({ key, lease, account, used, counted, spent, idle, pending, needs, want }) => {
      if (key.length > KEY_MAX) throw new PharosError("invalid", `key is longer than ${KEY_MAX}`);
      if (spent.length > NEEDS_MAX || needs.length > NEEDS_MAX)
        throw new PharosError("invalid", `spent and needs must have at most ${NEEDS_MAX} entries`);
      for (const [name, value] of Object.entries({ lease, account, used, counted, idle, pending, want }))
        requireUnits(name, value, 0);
      if (counted > used) throw new PharosError("invalid", "counted must not be more than used");
      for (const need of needs) requireUnits("needs", need, 1);
      for (const { amount, agoMs } of spent) {
        requireUnits("spent.amount", amount, 0);
        if (!(Number.isFinite(agoMs) && agoMs >= 0))
          throw new PharosError("invalid", "spent.ago_ms must be a finite number of at least 0");
      }
      return {
        ...{ agent: `${instance} ${run}`, key, lease, account, used, counted, idle, pending, needs, want },
        spent: spent.map(({ amount, agoMs }) => ({ amount, agoMs })),
      };
    }),
  };
}

function requireUnits(name: string, value: number, least: number): void {
  if (!(Number.isInteger(value) && value >= least && value < UNITS_END))
    throw new PharosError("invalid", `${name} must be a whole number of ${least} to 2^53`);
}

export function encodeGrants(grants: readonly ToldGrant[]): Uint8Array {
  return toBinary(
    DrawUnitsResponseSchema,
    create(DrawUnitsResponseSchema, {
      grants: grants.map(({ trouble, ...grant }) => ({
        ...grant,
        trouble: trouble === undefined ? Grant_Trouble.NONE : TROUBLE[trouble],
      })),
    }),
  );
}

export function decodeGrants(bytes: Uint8Array): ToldGrant[] {
  return fromBinary(DrawUnitsResponseSchema, bytes).grants.map(
    ({ key, lease, granted, isAmple, ttlMs, left, waitMs, trouble, members }) => {
      const name = TROUBLE_NAMES.get(trouble);
      return {
        ...{ key, lease, granted, isAmple, ttlMs, left, waitMs, members },
        ...(name === undefined ? {} : { trouble: name }),
      };
    },
  );
}
