import type { PrismaLibSql } from "@prisma/adapter-libsql";

export type LibsqlClient = ReturnType<PrismaLibSql["createClient"]>;
