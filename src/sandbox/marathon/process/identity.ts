/** How a Marathon introduces itself to Mesos, from its flags. Reads the file of the secret, nothing else. */
import { readFileSync } from "node:fs";
import type { FrameworkDescription } from "../../framework/mesos-cluster.js";
import type { Flags } from "../flags.js";

/** What Marathon always can, and what it can with the feature named. */
const CAPABILITIES = ["PARTITION_AWARE", "MULTI_ROLE", "REGION_AWARE"];
const WITH_FEATURE: readonly (readonly [string, string])[] = [
  ["task_killing", "TASK_KILLING_STATE"],
  ["gpu_resources", "GPU_RESOURCES"],
];

/** @param self `host:port` @param user who runs this process */
export function frameworkOf(
  flags: Flags,
  self: string,
  features: ReadonlySet<string>,
  user: string,
): FrameworkDescription {
  const principal = flags.text("mesos_authentication_principal");
  return {
    name: flags.needed("framework_name"),
    user: flags.text("mesos_user") ?? user,
    roles: [flags.needed("mesos_role")],
    failoverTimeout: flags.number("failover_timeout"),
    checkpoint: flags.on("checkpoint"),
    hostname: self.replace(/:\d+$/, ""),
    capabilities: [
      ...CAPABILITIES,
      ...WITH_FEATURE.flatMap(([feature, capability]) => (features.has(feature) ? [capability] : [])),
    ],
    webuiUrl: flags.text("webui_url") ?? `http://${self}`,
    principal,
  };
}

/** `principal:secret`, or null without authentication. Throws an Error when the secret cannot be had. */
export function credentialOf(flags: Flags): string | null {
  if (!flags.on("mesos_authentication")) return null;
  const principal = flags.text("mesos_authentication_principal");
  const file = flags.text("mesos_authentication_secret_file");
  const secret = flags.text("mesos_authentication_secret") ?? (file === null ? null : secretIn(file));
  if (principal === null || secret === null) {
    throw new Error(
      "--mesos_authentication needs --mesos_authentication_principal, and a secret by --mesos_authentication_secret " +
        "or --mesos_authentication_secret_file. Nothing was started",
    );
  }
  return `${principal}:${secret}`;
}

function secretIn(file: string): string {
  return readFileSync(file, "utf8").trimEnd();
}
