/** Binds what carries a migration out and what looks at it. What is not there in this ferry says so, and nothing is begun. */
import { DiagnosticError, errorDiagnostic } from "../diagnostics/diagnostic.js";
import type { MigrationSpec } from "../migration/model/spec.js";
import type { ProjectSecrets } from "../secrets/resolver.js";
import type { Declared } from "./migrate-declared.js";
import type { Hands } from "./migrate-world.js";

export interface HandsOptions {
  readonly spec: MigrationSpec;
  readonly declared: Declared;
  readonly secrets: ProjectSecrets;
  /** One line for people. */
  readonly log: (text: string) => void;
}

/** Rejects with DiagnosticError. */
export async function handsOf({ spec }: HandsOptions): Promise<Hands> {
  throw new DiagnosticError([
    errorDiagnostic("migration-no-hands", `${spec.name}: this ferry cannot carry out migrations yet`, {
      detail: "Nothing was begun.",
      remedy: "Use a ferry that can.",
    }),
  ]);
}
