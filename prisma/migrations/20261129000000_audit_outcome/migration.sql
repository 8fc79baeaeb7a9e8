-- CreateIndex
CREATE INDEX "AuditLine_outcome_id_idx" ON "AuditLine"("outcome", "id");
