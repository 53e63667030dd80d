/**
 * All providers of this version and which kind each serves. The only place that knows them by name; it loads them when a
 * command needs them.
 */
import type { JsonObject } from "../src/value/json.js";
import type { ReadProgress } from "./migration/progress.js";
import type { KindHandler, Provider } from "./provider.js";

export type { MigrationProgress, ReadProgress } from "./migration/progress.js";

export interface Registry {
  readonly providers: readonly Provider[];
  /** By kind. */
  readonly handlers: ReadonlyMap<string, KindHandler>;
  handler(kind: string): KindHandler | undefined;
  /** Releases all connections. Never rejects. */
  close(): Promise<void>;
}

/** What providers need to know of the project besides its resources. */
export interface Services {
  readonly migrationProgress: ReadProgress;
}

/** `settings`: provider name → its connection settings from the project file. */
export async function openRegistry(settings: JsonObject, services?: Services): Promise<Registry> {
  const [host, zookeeper, mesos, marathon, migration] = await Promise.all([
    import("./host/provider.js"),
    import("./zookeeper/provider.js"),
    import("./mesos/provider.js"),
    import("./marathon/provider.js"),
    import("./migration/provider.js"),
  ]);
  return registryOf([
    host.createHostProvider(settings),
    zookeeper.createZooKeeperProvider(settings),
    mesos.createMesosProvider(settings),
    marathon.createMarathonProvider(settings),
    migration.createMigrationProvider(services?.migrationProgress),
  ]);
}

/** A registry of given providers. Two that serve the same kind are a mistake in the code. */
export function registryOf(providers: readonly Provider[]): Registry {
  const handlers = new Map<string, KindHandler>();
  for (const handler of providers.flatMap((provider) => provider.kinds)) {
    if (handlers.has(handler.kind)) throw new Error(`two providers serve the kind ${handler.kind}`);
    handlers.set(handler.kind, handler);
  }
  return {
    providers,
    handlers,
    handler: (kind) => handlers.get(kind),
    close: async () => {
      await Promise.allSettled(providers.map((provider) => provider.close()));
    },
  };
}
