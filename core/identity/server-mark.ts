/**
 * Extended key usage that only the control plane's serving certificate carries; the authority puts it into no workload's. The
 * OID is under 2.25, where a random UUID is a number of one's own (ITU-T X.667).
 */
export const CONTROL_PLANE_USAGE = "2.25.11742577362554680305598338598752314587";
