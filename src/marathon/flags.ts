/**
 * Flags of a Marathon that ferry starts: which ones it writes itself, which ones Marathon no longer knows, and how the others
 * are written on a command line. Data and text only.
 */
import type { Json } from "../value/json.js";

/** Flags that ferry writes: flag → the field that says it. */
export const MANAGED_FLAGS: Readonly<Record<string, string>> = {
  master: "masters or master",
  zk: "zookeeper",
  hostname: "servers[].hostname",
  http_address: "servers[].ip",
  http_port: "servers[].port",
  http_credentials: "credentials",
  mesos_authentication: "mesosCredential",
  mesos_authentication_principal: "mesosCredential.principal",
  mesos_authentication_secret: "mesosCredential.secret",
  mesos_authentication_secret_file: "mesosCredential.secret",
};

/** Flags that would put a secret into the command line, where everybody on the host reads it: flag → what to write instead. */
export const SECRET_FLAGS: Readonly<Record<string, string>> = {
  ssl_keystore_password: "write secretEnvironment: {MESOSPHERE_KEYSTORE_PASS: env:NAME}",
};

/** Flags with which a Marathon of the last line does not start (exit status 112): flag → what to write instead. */
export const GONE_FLAGS: Readonly<Record<string, string>> = {
  default_accepted_resource_roles: "leave it out, or set accepted_resource_roles_default_behavior",
  save_tasks_to_launch_timeout: "leave it out: nothing came in its place",
};

/** Variables of the environment that mean a flag, and are not MARATHON_<FLAG>. */
const VARIABLES: Readonly<Record<string, string>> = {
  MESOSPHERE_HTTP_CREDENTIALS: "http_credentials",
  MESOSPHERE_KEYSTORE_PATH: "ssl_keystore_path",
  MESOSPHERE_KEYSTORE_PASS: "ssl_keystore_password",
};

const PREFIX = "MARATHON_";

/** The flag that a variable of the environment stands for; undefined for any other variable. */
export function flagOfVariable(name: string): string | undefined {
  if (!name.startsWith(PREFIX) || name.startsWith(`${PREFIX}APP_`)) return VARIABLES[name];
  return name.slice(PREFIX.length).toLowerCase();
}

/** `--flag value`; a switch stands alone, `--disable_flag` when it is off. In the order of their names. */
export function flagArguments(flags: Readonly<Record<string, Json>>): string[] {
  return Object.entries(flags)
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .flatMap(([name, value]) => {
      if (value === true) return [`--${name}`];
      if (value === false) return [`--disable_${name}`];
      return [`--${name}`, String(value)];
    });
}
