/**
 * Marathon's flags with their defaults (facts 6), and what this simulation makes of each: uses it, only shows it in /v2/info, or
 * refuses to start with it because nothing here could honour it. Data only.
 */

export type FlagKind = "text" | "whole" | "switch";

export interface FlagSpec {
  readonly kind: FlagKind;
  /** Null = none. Of a switch: `true` or `false`. */
  readonly preset: string | null;
  readonly use: "used" | "shown" | "refused";
  /** Of the environment, where it is not MARATHON_<FLAG>. */
  readonly variable?: string;
}

const text = (preset: string | null, use: FlagSpec["use"] = "used"): FlagSpec => ({
  kind: "text",
  preset,
  use,
});
const whole = (preset: number | null, use: FlagSpec["use"] = "used"): FlagSpec => ({
  kind: "whole",
  preset: preset === null ? null : String(preset),
  use,
});
const toggle = (preset: boolean, use: FlagSpec["use"] = "used"): FlagSpec => ({
  kind: "switch",
  preset: String(preset),
  use,
});

export const FLAGS: Readonly<Record<string, FlagSpec>> = {
  master: text(null),
  zk: text("zk://localhost:2181/marathon"),
  hostname: text(null),
  http_address: text(null),
  http_port: whole(8080),
  https_address: text(null, "shown"),
  https_port: whole(8443, "shown"),
  http: toggle(true),
  http_credentials: { ...text(null), variable: "MESOSPHERE_HTTP_CREDENTIALS" },
  http_realm: text("Mesosphere"),
  ssl_keystore_path: { ...text(null, "refused"), variable: "MESOSPHERE_KEYSTORE_PATH" },
  ssl_keystore_password: { ...text(null, "refused"), variable: "MESOSPHERE_KEYSTORE_PASS" },
  leader_proxy_connection_timeout: whole(5000),
  leader_proxy_read_timeout: whole(10_000),
  leader_proxy_max_open_connections: whole(64),
  leader_proxy_ssl_ignore_hostname: toggle(false, "refused"),
  http_max_concurrent_requests: whole(null),
  http_compression: toggle(true),
  webui_url: text(null, "shown"),
  access_control_allow_origin: text(null),
  framework_name: text("marathon"),
  mesos_user: text(null),
  mesos_role: text("*"),
  failover_timeout: whole(604_800),
  ha: toggle(true),
  checkpoint: toggle(true),
  executor: text("//cmd", "shown"),
  default_network_name: text(null),
  mesos_bridge_name: text("mesos-bridge", "shown"),
  env_vars_prefix: text(null),
  mesos_authentication: toggle(false),
  mesos_authentication_principal: text(null),
  mesos_authentication_secret: text(null),
  mesos_authentication_secret_file: text(null),
  local_port_min: whole(10_000),
  local_port_max: whole(20_000),
  enable_features: text(null),
  accepted_resource_roles_default_behavior: text("any", "shown"),
  new_group_enforce_role: text("off"),
  zk_timeout: whole(10_000, "shown"),
  zk_session_timeout: whole(10_000),
  zk_connection_timeout: whole(10_000),
  zk_compression: toggle(true),
  zk_compression_threshold: whole(65_536),
  zk_max_node_size: whole(1_024_000),
  zk_max_versions: whole(50),
  reconciliation_initial_delay: whole(15_000),
  reconciliation_interval: whole(600_000),
  scale_apps_initial_delay: whole(15_000),
  scale_apps_interval: whole(300_000),
  task_launch_timeout: whole(300_000),
  task_launch_confirm_timeout: whole(300_000, "shown"),
  task_reservation_timeout: whole(20_000, "shown"),
  task_lost_expunge_initial_delay: whole(300_000),
  task_lost_expunge_interval: whole(30_000),
  decline_offer_duration: whole(120_000),
  min_revive_offers_interval: whole(5000),
  suppress_offers: toggle(true),
  offer_matching_timeout: whole(3000, "shown"),
  launch_tokens: whole(100, "shown"),
  launch_token_refresh_interval: whole(30_000, "shown"),
  max_instances_per_offer: whole(5),
  max_running_deployments: whole(100),
  max_apps: whole(null),
  group_versions_cache_size: whole(1000, "shown"),
  maintenance_mode: toggle(true),
  draining_seconds: whole(0),
  gpu_scheduling_behavior: text("restricted", "shown"),
  event_stream_max_outstanding_messages: whole(1024),
  on_elected_prepare_timeout: whole(180_000),
  graceful_shutdown_timeout: whole(45_000),
  mesos_heartbeat_interval: whole(15_000),
  mesos_heartbeat_failure_threshold: whole(5),
  max_concurrent_marathon_health_checks: whole(256, "shown"),
  metrics_prometheus: toggle(true),
  metrics_name_prefix: text("marathon"),
  plugin_dir: text(null, "refused"),
  plugin_conf: text(null, "refused"),
  backup_location: text(null, "refused"),
  logging_level: text(null),
};
