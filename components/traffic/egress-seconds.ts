/** For how long what callers asked for is looked back at. */
export const EGRESS_SECONDS = 3600;
