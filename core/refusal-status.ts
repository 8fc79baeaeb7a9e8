export const REFUSAL_STATUS = 429;

/** What else the refused may be answered: each has a place in every listener, where Envoy puts it in place of the 429. */
export const OTHER_REFUSAL_STATUSES = [402, 403, 404, 503] as const;

/** Who is refused for want of an answer is not over a limit: that the server cannot say is no word of the rule. */
export const UNCOORDINATED_STATUS = 503;

export const isRefusalStatus = (status: number): boolean =>
  status === REFUSAL_STATUS || OTHER_REFUSAL_STATUSES.some((each) => each === status);
