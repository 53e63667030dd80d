/** The provider of migrations: their declarations. Where each of them stands is looked up by what it is given. */
import type { Provider } from "../provider.js";
import { migrationHandler } from "./handler.js";
import { NO_PROGRESS, type ReadProgress } from "./progress.js";

export function createMigrationProvider(progress: ReadProgress = NO_PROGRESS): Provider {
  return {
    name: "migration",
    description:
      "Migrations of a Mesos platform from one ZooKeeper to another: what is declared, and where it stands",
    kinds: [migrationHandler(progress)],
    close: () => Promise.resolve(),
  };
}
