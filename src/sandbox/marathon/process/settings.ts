/** What of the flags the engine and /v2/info are given (facts 1.8, 6). Pure. */
import type { JsonObject } from "../../../value/json.js";
import type { EngineSettings } from "../engine/context.js";
import type { Flags } from "../flags.js";

function features(flags: Flags): string[] {
  return (flags.text("enable_features") ?? "").split(",").flatMap((one) => one.trim() || []);
}

export function engineSettings(flags: Flags, user: string): EngineSettings {
  const number = (name: string) => flags.number(name);
  return {
    definitions: {
      defaultNetworkName: flags.text("default_network_name"),
      features: new Set(features(flags)),
      role: flags.needed("mesos_role"),
      newGroupEnforceRole: flags.needed("new_group_enforce_role").toLowerCase() === "top" ? "top" : "off",
      localPortMin: number("local_port_min"),
      localPortMax: number("local_port_max"),
    },
    maxRunningDeployments: number("max_running_deployments"),
    maxInstancesPerOffer: number("max_instances_per_offer"),
    declineOfferMs: number("decline_offer_duration"),
    minReviveMs: number("min_revive_offers_interval"),
    suppressOffers: flags.on("suppress_offers"),
    drainingMs: flags.on("maintenance_mode") ? number("draining_seconds") * 1000 : null,
    reconciliationInitialMs: number("reconciliation_initial_delay"),
    reconciliationMs: number("reconciliation_interval"),
    scaleAppsInitialMs: number("scale_apps_initial_delay"),
    scaleAppsMs: number("scale_apps_interval"),
    taskLaunchTimeoutMs: number("task_launch_timeout"),
    expungeInitialMs: number("task_lost_expunge_initial_delay"),
    expungeMs: number("task_lost_expunge_interval"),
    maxApps: flags.numberOrNull("max_apps"),
    envVarsPrefix: flags.text("env_vars_prefix"),
    mesosBridgeName: flags.needed("mesos_bridge_name"),
    mesosUser: flags.text("mesos_user") ?? user,
  };
}

/** Passwords are never shown: `zk://xxxxxxxx:xxxxxxxx@host:2181/path`. */
function masked(url: string | null): string | null {
  return url === null ? null : url.replace(/^(zk:\/\/)[^/@]*@/, "$1xxxxxxxx:xxxxxxxx@");
}

/** Names of marathon_config that are flags of the same name and are shown as they are. */
const SHOWN = [
  "access_control_allow_origin",
  "checkpoint",
  "decline_offer_duration",
  "default_network_name",
  "env_vars_prefix",
  "executor",
  "failover_timeout",
  "framework_name",
  "ha",
  "launch_token_refresh_interval",
  "local_port_max",
  "local_port_min",
  "max_instances_per_offer",
  "mesos_bridge_name",
  "mesos_heartbeat_failure_threshold",
  "mesos_heartbeat_interval",
  "mesos_role",
  "min_revive_offers_interval",
  "offer_matching_timeout",
  "on_elected_prepare_timeout",
  "reconciliation_initial_delay",
  "reconciliation_interval",
  "scale_apps_initial_delay",
  "scale_apps_interval",
  "task_launch_confirm_timeout",
  "task_launch_timeout",
  "task_lost_expunge_initial_delay",
  "task_lost_expunge_interval",
  "task_reservation_timeout",
  "webui_url",
  "maintenance_mode",
] as const;

const ZOOKEEPER = [
  "zk_compression",
  "zk_compression_threshold",
  "zk_connection_timeout",
  "zk_max_node_size",
  "zk_max_versions",
  "zk_session_timeout",
  "zk_timeout",
] as const;

/** @param port the real one, also when --http_port=0 left it to the system */
export function infoConfig(flags: Flags, hostname: string, port: number, user: string): JsonObject {
  const values = (names: readonly string[]) =>
    Object.fromEntries(names.map((name) => [name, flags.value(name)]));
  const role = flags.needed("new_group_enforce_role").toLowerCase();
  return {
    marathon_config: {
      ...values(SHOWN),
      features: features(flags),
      hostname,
      launch_token: flags.number("launch_tokens"),
      leader_proxy_connection_timeout_ms: flags.number("leader_proxy_connection_timeout"),
      leader_proxy_read_timeout_ms: flags.number("leader_proxy_read_timeout"),
      master: masked(flags.needed("master")),
      mesos_user: flags.text("mesos_user") ?? user,
      new_group_enforce_role: role === "top" ? "Top" : "Off",
      store_cache: true,
    },
    zookeeper_config: { zk: masked(flags.needed("zk")), ...values(ZOOKEEPER) },
    http_config: { http_port: port, https_port: flags.number("https_port") },
  };
}
