-- CreateTable
CREATE TABLE "RevisionEffect" (
    "revision" INTEGER NOT NULL PRIMARY KEY,
    "body" TEXT NOT NULL,
    "measuredAt" DATETIME NOT NULL
);
