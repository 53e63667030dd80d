/** The flags of the fleet, in Mesos' way (`--name=value`, `--no-name`). Data only. */
import type { FlagTable } from "../mesos/model/flags.js";

export const FLEET_FLAGS: FlagTable = {
  /** `zk://…/mesos`, `file:///…` that holds such a URL, or `host:port`. */
  master: { kind: "text", preset: null },
  agents: { kind: "integer", preset: "10000" },
  tasks: { kind: "integer", preset: "100000" },
  frameworks: { kind: "integer", preset: "50" },
  /** Tasks that end in a second, each replaced by another one; 0: none ever does. */
  rate: { kind: "number", preset: "10" },
  quiet: { kind: "bool", preset: "false" },
  help: { kind: "bool", preset: "false" },
};
