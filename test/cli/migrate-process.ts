/**
 * Run as a process by the tests: `ferry migrate start` with everything real but the platform, which is a file. Arguments: the project,
 * milliseconds before and after each effect, further options of start.
 */

import { join } from "node:path";
import { runMigrateStart } from "../../src/cli/migrate-start-run.js";
import { migrationsOf } from "../../src/cli/migrate-store.js";
import type { OpenWorld } from "../../src/cli/migrate-world.js";
import { printReply, replyOfError } from "../../src/cli/reply.js";
import { createTerminal } from "../../src/cli/terminal.js";
import { loadProject } from "../../src/config/load.js";
import { AlertSender } from "../../src/migration/alerts/sender.js";
import { planWayBack } from "../migration/engine/model-platform.js";
import { samplePlan } from "../migration/engine/sample-plan.js";
import { fileRunner, quietObserver } from "../migration/store/file-platform.js";
import { HASTY, STEPS } from "../migration/store/killing.js";

const [directory = "", stepMs = "5", ...options] = process.argv.slice(2);
const spec = { ...HASTY, approvals: [2] as const };

const world: OpenWorld = async (request, signal) => {
  const loaded = await loadProject(request.configuration);
  if (loaded.value === undefined) throw new Error("the project cannot be loaded");
  const { store, audit } = await migrationsOf(loaded.value, request.configuration, signal);
  return {
    store,
    audit,
    diagnostics: [],
    redact: (text) => text,
    planWayBack,
    spec: () => spec,
    plan: async () => samplePlan(spec, STEPS),
    hands: async () => ({
      runner: fileRunner(join(directory, "platform"), Number(stepMs)),
      observer: quietObserver,
    }),
    alerts: (told, log) =>
      new AlertSender({ targets: told.alerts, secret: () => Promise.reject(new Error("none")), log }),
    recordStage: async () => undefined,
    close: () => store.close(),
  };
};

const { stdin, stdout, stderr, env } = process;
const terminal = createTerminal({ stdin, stdout, stderr, env, noColour: true });
const reply = await runMigrateStart(
  {
    configuration: {
      directory,
      paths: [],
      environment: null,
      variables: [],
      variableFiles: [],
      env,
    },
    wanted: "shop",
    file: null,
    watch: false,
    noWait: options.includes("--no-wait"),
    takeOver: options.includes("--take-over"),
    onSecrets: () => undefined,
  },
  terminal,
  world,
).catch((error: unknown) => replyOfError(error, env));
await printReply(reply, terminal, { command: "migrate start", json: false, redact: (text) => text });
process.exit(reply.exitCode);
