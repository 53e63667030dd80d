/** From a project's settings to where its migrations are remembered: beside its state. Loads only the kind that is used. */
import { resolve } from "node:path";
import type { SecretResolver } from "../../../providers/provider.js";
import type { StateBackendSettings } from "../../config/desired.js";
import type { MigrationStore } from "../model/ports.js";

export interface OpenStoreOptions {
  /** Directory of ferry.yaml, absolute. */
  readonly root: string;
  readonly secrets: SecretResolver;
  /** Ends waiting for a server that does not answer. */
  readonly signal?: AbortSignal | undefined;
}

/** Rejects with DiagnosticError when the ensemble cannot be reached. The caller closes it. */
export async function openMigrationStore(
  settings: StateBackendSettings,
  options: OpenStoreOptions,
): Promise<MigrationStore> {
  switch (settings.kind) {
    case "local": {
      const { createLocalStore } = await import("./local/store.js");
      return createLocalStore({
        directory: resolve(options.root, settings.path, "migrations"),
        displayPath: `${settings.path}/migrations`,
      });
    }
    case "zookeeper": {
      const [{ connectStateEnsemble }, { createZooKeeperStore }] = await Promise.all([
        import("../../../state/zookeeper/open.js"),
        import("./zookeeper/store.js"),
      ]);
      const { client, location, path, acl } = await connectStateEnsemble(settings, options);
      return createZooKeeperStore({
        client,
        location: `${location}/migrations`,
        path: `${path}/migrations`,
        acl,
      });
    }
  }
}
