// The library injects its parts by reflection and wants the polyfill first.
import "reflect-metadata";

export * from "@peculiar/x509";
