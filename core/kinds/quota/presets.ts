import type { KindPreset } from "#core/kinds/kind.ts";

export const QUOTA_PRESETS = {
  daily: {
    label: "Each user a day",
    detail: "by the subject of a checked token; those without one are refused",
    template: {
      bucket: { key: [{ attribute: "request.auth.claims[sub]" }], missing: "Deny" },
      amount: 1000,
      period: { calendar: "Day", timeZone: "UTC" },
      soft: [80, 95],
    },
  },
  rolling: {
    label: "In any 24 hours",
    detail: "no day that begins anew: wherever a window begins, it has no more",
    template: {
      bucket: { key: [{ attribute: "source.principal" }], missing: "Share" },
      amount: 1000,
      period: { rolling: "24h" },
      soft: [80],
    },
  },
  slowed: {
    label: "Slowed, not refused",
    detail: "who has used the month's amount goes on, a request a second",
    template: {
      bucket: { key: [{ attribute: "source.principal" }], missing: "Share" },
      amount: 10_000,
      period: { calendar: "Month", timeZone: "UTC" },
      soft: [80, 95],
      over: "Throttle",
      throttle: { amount: 1, per: "1s" },
    },
  },
  prepaid: {
    label: "Prepaid",
    detail: "an amount once; somebody tops it up",
    template: {
      bucket: { key: [{ attribute: "request.headers[x-tenant]" }], missing: "Deny" },
      amount: 1000,
      period: { once: "Ever" },
      soft: [80, 95],
    },
  },
} as const satisfies Record<string, KindPreset>;
