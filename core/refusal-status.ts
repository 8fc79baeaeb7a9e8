export const REFUSAL_STATUS = 429;

/** What else the refused may be answered: each has a place in every listener, where Envoy puts it in place of the 429. */
export const OTHER_REFUSAL_STATUSES = [402, 403, 404, 503] as const;

export const isRefusalStatus = (status: number): boolean =>
  status === REFUSAL_STATUS || OTHER_REFUSAL_STATUSES.some((each) => each === status);
