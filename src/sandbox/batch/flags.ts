/** The flags of the batch framework, in Mesos' way (`--name=value`, `--no-name`). Data only. */
import type { FlagTable } from "../mesos/model/flags.js";

export const BATCH_FLAGS: FlagTable = {
  /** `zk://…/mesos`, `file:///…` that holds such a URL, or `host:port`. */
  master: { kind: "text", preset: null },
  /** Where its own state and election are: `zk://…/batch`. */
  zk: { kind: "text", preset: null },
  zk_session_timeout: { kind: "duration", preset: "10secs" },
  http_address: { kind: "text", preset: "0.0.0.0" },
  http_port: { kind: "integer", preset: "4400" },
  /** Told to others; the address by default. */
  hostname: { kind: "text", preset: null },
  framework_name: { kind: "text", preset: "batch" },
  role: { kind: "text", preset: "*" },
  user: { kind: "text", preset: null },
  /** `--no-checkpoint`: its tasks die when their agent restarts. */
  checkpoint: { kind: "bool", preset: "true" },
  /** Mesos waits so long for the framework before it kills its tasks. */
  failover_timeout: { kind: "duration", preset: "7days" },
  /** Between a failed run and the next try. */
  failure_retry: { kind: "duration", preset: "60secs" },
  /** A JSON list of jobs that are put when they are not known: what a sandbox begins with. */
  jobs: { kind: "text", preset: "[]" },
  quiet: { kind: "bool", preset: "false" },
  help: { kind: "bool", preset: "false" },
};
