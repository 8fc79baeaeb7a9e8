/**
 * Filter metadata of clusters under which agents find the addresses that they answer DNS with: `{ addresses: ["240.240.1.2"] }`. Of
 * a cluster without subset, `outbound|80||HOST`, whose name says the host.
 */
export const NAMES_METADATA = "pharos.names";
