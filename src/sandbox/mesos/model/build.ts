/** Which Mesos the simulation answers as: the one that was recorded. Data only. */
import { double, type WireObject } from "./wire.js";

export const VERSION = "1.12.0";

export const BUILD = {
  build_date: "2026-11-23 04:50:05",
  build_time: double(1795409405),
  build_user: "",
  git_branch: "refs/heads/master",
  git_sha: "c1b42f79d157aa900be5cbb0c1023f1479962aa7",
  version: VERSION,
} as const satisfies WireObject;

/** VersionInfo, in the order of its fields. */
export function versionInfo(): WireObject {
  const { version, build_date, build_time, build_user, git_sha, git_branch } = BUILD;
  return { version, build_date, build_time, build_user, git_sha, git_branch };
}

/** The first fields of /state. */
export function stateHead(): WireObject {
  const { version, git_sha, git_branch, build_date, build_time, build_user } = BUILD;
  return { version, git_sha, git_branch, build_date, build_time, build_user };
}

/** Of an agent. */
export const AGENT_CAPABILITIES = [
  "MULTI_ROLE",
  "HIERARCHICAL_ROLE",
  "RESERVATION_REFINEMENT",
  "RESOURCE_PROVIDER",
  "RESIZE_VOLUME",
  "AGENT_OPERATION_FEEDBACK",
  "AGENT_DRAINING",
  "TASK_RESOURCE_LIMITS",
] as const;
