import type { KindPreset } from "#core/kinds/kind.ts";

const PER = { amount: 100, per: "10s" };

export const RATE_LIMIT_PRESETS = {
  all: {
    label: "All together",
    detail: "one amount for whoever calls: keeps a service from more than it can take",
    template: { rules: [{ name: "all", limit: { amount: 1000, per: "10s" } }] },
  },
  tenant: {
    label: "Each tenant",
    detail: "by a header that says who it is; requests without it are refused",
    template: {
      rules: [
        {
          name: "per-tenant",
          bucket: { key: [{ attribute: "request.headers[x-tenant]" }], missing: "Deny" },
          limit: PER,
        },
      ],
    },
  },
  token: {
    label: "Each user",
    detail: "by the subject of a checked token; those without one share an amount",
    template: {
      rules: [
        {
          name: "per-user",
          bucket: { key: [{ attribute: "request.auth.claims[sub]" }], missing: "Share" },
          limit: PER,
        },
      ],
    },
  },
  address: {
    label: "Each address",
    detail: "of those who come through a gateway, addresses of one /24 together",
    template: {
      rules: [{ name: "per-address", bucket: { key: [{ attribute: "remote.ip", prefixLength: 24 }] }, limit: PER }],
    },
  },
  concurrent: {
    label: "At a time",
    detail: "so many requests that are not answered yet, for slow work",
    template: { rules: [{ name: "at-a-time", limit: { amount: 20, unit: "Concurrent" } }] },
  },
  shadow: {
    label: "Only counted",
    detail: "refuses nobody and shows whom it would, to find the amount",
    template: {
      mode: "Shadow",
      rules: [
        {
          name: "per-caller",
          bucket: { key: [{ attribute: "source.principal" }], missing: "Share" },
          limit: PER,
        },
      ],
    },
  },
} as const satisfies Record<string, KindPreset>;
