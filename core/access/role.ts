export type Role = "viewer" | "operator" | "admin";
