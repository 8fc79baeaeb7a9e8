import { defineConfig } from "prisma/config";

// Only for `prisma generate` and `prisma migrate diff`: the server opens its own file (server/db/open-database.ts).
export default defineConfig({ schema: "prisma/schema.prisma", migrations: { path: "prisma/migrations" } });
