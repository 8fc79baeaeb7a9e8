/** Dispatched on the window by what leaves the page and comes back with everything as it was. */
export const LEAVE_FREELY = "pharos:leave-freely";
