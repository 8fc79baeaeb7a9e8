/** What is asked of claims holds of tokens that were checked. */
export const CLAIMS_NOT_CHECKED = {
  code: "claims-not-checked",
  summary:
    "A VirtualService chooses by claims of tokens at a gateway that checks no tokens (Istio's IST0149), or a RateLimit or Quota counts by them, or a Plan is had by them, where none are checked.",
} as const;
