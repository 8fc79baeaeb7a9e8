/** A page of policies is read in one batch; beyond it the list shows names alone. */
export const POLICIES_MAX = 100;
