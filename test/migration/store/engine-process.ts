/**
 * Run as a process by the tests: an engine on a real store, a real audit log and a platform that is a file. Arguments: `local FOLDER` or
 * `zookeeper CONNECT-STRING`, a work folder, id of the migration. Prints how it ended.
 */
import { join } from "node:path";
import { openAuditLog } from "../../../src/migration/audit/log.js";
import { systemClock } from "../../../src/migration/engine/clock.js";
import { runMigration } from "../../../src/migration/engine/engine.js";
import { openMigrationStore } from "../../../src/migration/store/open.js";
import { createSecretResolver } from "../../../src/secrets/resolver.js";
import { evaluate, planWayBack } from "../engine/model-platform.js";
import { fileRunner, quietObserver } from "./file-platform.js";

const [kind = "local", where = "", folder = "", id = ""] = process.argv.slice(2);
const secrets = createSecretResolver({ root: "/", env: {}, salt: "" });
const settings =
  kind === "local"
    ? ({ kind: "local", path: where } as const)
    : ({ kind: "zookeeper", connectString: where, path: "/ferry", auth: [] } as const);
const never = new AbortController().signal;

try {
  const store = await openMigrationStore(settings, { root: "/", secrets });
  const end = await runMigration({
    store,
    id,
    who: `process ${process.pid}`,
    force: false,
    runner: { ...fileRunner(join(folder, "platform"), 5), sustain: async () => console.log("at work") },
    observer: quietObserver,
    evaluate,
    planWayBack,
    audit: openAuditLog(join(folder, "audit")),
    clock: systemClock,
    stop: never,
    abort: never,
    endWhenWaiting: false,
    onEvent: () => undefined,
    pace: { lookEveryMs: 20, lingerMs: 200 },
  });
  console.log(`${end.kind} ${end.record.status}`);
  await store.close();
} catch (error) {
  console.log(`failed ${(error as Error).message}`);
  process.exitCode = 1;
}
