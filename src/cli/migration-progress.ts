/** Where migrations stand, for the provider of their declarations: looked up in the records beside the project's state. Changes nothing. */
import type { MigrationProgress, ReadProgress } from "../../providers/registry.js";
import type { ProjectSettings } from "../config/desired.js";
import type { MigrationRecord } from "../migration/model/record.js";
import type { ZooKeeperSide } from "../migration/model/spec.js";
import { hasNothingDone } from "../migration/model/standing.js";
import { createSecretResolver } from "../secrets/resolver.js";

/** The store is opened for each look, and only when a Migration is declared or recorded. */
export function migrationProgress(
  { root, state }: ProjectSettings,
  env: Readonly<Record<string, string | undefined>>,
): ReadProgress {
  return async (name, signal) => {
    const { openMigrationStore } = await import("../migration/store/open.js");
    const secrets = createSecretResolver({ root, env, salt: "" });
    const store = await openMigrationStore(state, { root, secrets, signal });
    try {
      const record = await store.read(name);
      return record === null ? null : progressOf(record);
    } finally {
      await store.close();
    }
  };
}

function progressOf(record: MigrationRecord): MigrationProgress {
  const { id, status, stage, spec } = record;
  const between = [nameOf(spec.source.zookeeper), nameOf(spec.target.zookeeper)];
  return { id, status, stage, active: !hasNothingDone(record), between };
}

/** As a Migration names it. */
function nameOf({ resource, connectString }: ZooKeeperSide): string {
  return resource ?? connectString;
}
