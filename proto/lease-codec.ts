import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import type { Draw, Grant } from "#core/rate-limit/lease-message.ts";
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

export function encodeDraws({ instance, run, draws }: DrawUnits): Uint8Array {
  return toBinary(
    DrawUnitsRequestSchema,
    create(DrawUnitsRequestSchema, {
      ...{ instance, run },
      draws: draws.map(({ agent: _, spent, needs, ...draw }) => ({
        ...draw,
        needs: [...needs],
        spent: spent.map(({ amount, agoMs }) => ({ amount, agoMs })),
      })),
    }),
  );
}

/** `agent` of each draw is the run, named as one of this instance: nobody speaks for another's. Throws where the bytes are none. */
export function decodeDraws(bytes: Uint8Array): DrawUnits {
  const { instance, run, draws } = fromBinary(DrawUnitsRequestSchema, bytes);
  return {
    ...{ instance, run },
    draws: draws.map(({ key, lease, account, used, counted, spent, idle, pending, needs, want }) => ({
      ...{ agent: `${instance} ${run}`, key, lease, account, used, counted, idle, pending, needs, want },
      spent: spent.map(({ amount, agoMs }) => ({ amount, agoMs })),
    })),
  };
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
    ({ key, lease, granted, isAmple, ttlMs, waitMs, trouble, members }) => {
      const name = TROUBLE_NAMES.get(trouble);
      return {
        ...{ key, lease, granted, isAmple, ttlMs, waitMs, members },
        ...(name === undefined ? {} : { trouble: name }),
      };
    },
  );
}
