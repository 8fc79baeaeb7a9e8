-- AlterTable
ALTER TABLE "Identity" ADD COLUMN "grantId" TEXT;

-- AlterTable
ALTER TABLE "Identity" ADD COLUMN "fingerprint" TEXT NOT NULL DEFAULT '';

-- CreateTable
CREATE TABLE "Revocation" (
    "id" TEXT NOT NULL PRIMARY KEY,
    "kind" TEXT NOT NULL,
    "subject" TEXT NOT NULL,
    "reason" TEXT NOT NULL,
    "createdBy" TEXT NOT NULL,
    "createdAt" DATETIME NOT NULL,
    "liftedAt" DATETIME,
    "liftedBy" TEXT,
    "liftReason" TEXT
);

-- CreateIndex
CREATE INDEX "Identity_grantId_idx" ON "Identity"("grantId");

-- CreateIndex
CREATE INDEX "Identity_fingerprint_idx" ON "Identity"("fingerprint");

-- CreateIndex
CREATE INDEX "Revocation_liftedAt_kind_subject_idx" ON "Revocation"("liftedAt", "kind", "subject");
