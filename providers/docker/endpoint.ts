/**
 * From a host's docker settings to a client of its engine: a unix socket, TCP with or without TLS, or ssh. Opens no
 * connection by itself.
 */
import Docker from "dockerode";
import { isSecret } from "../../src/value/expression.js";
import { isObject, type Json, type JsonObject } from "../../src/value/json.js";
import type { SecretResolver } from "../provider.js";
import { mistake, type Place } from "./mistakes.js";
import { SshAgent } from "./ssh.js";

export interface RegistryCredentials {
  readonly username: string;
  readonly password: string;
  readonly serveraddress?: string;
}

export interface Engine {
  readonly docker: Docker;
  readonly registry: RegistryCredentials | null;
  /** Ends the connections that are kept. */
  close(): void;
}

const DEFAULT_ENDPOINT = "unix:///var/run/docker.sock";

/** What people call the engine. */
export function endpointOf(settings: JsonObject): string {
  const { endpoint } = settings;
  return typeof endpoint === "string" ? endpoint : DEFAULT_ENDPOINT;
}

/** Rejects with DiagnosticError for an endpoint or a secret that cannot be used. */
export async function openEngine(
  place: Place,
  settings: JsonObject,
  secrets: SecretResolver,
): Promise<Engine> {
  const tls = isObject(settings["tls"]) ? await resolved(settings["tls"], secrets) : null;
  const registry = isObject(settings["registry"]) ? await resolved(settings["registry"], secrets) : null;
  const agent = sshAgent(place);
  const options = { ...NOTHING_INHERITED, ...clientOptions(place, tls, agent) };
  try {
    const docker = new Docker(options as Docker.DockerOptions);
    return { docker, registry: credentials(registry), close: () => agent?.destroy() };
  } catch (error) {
    throw mistake("bad-endpoint", place, `no client for this endpoint: ${String(error)}`, {
      remedy:
        "Correct spec.runtime.docker.endpoint; if DOCKER_HOST is set in the environment, see that it is valid or unset it.",
    });
  }
}

/** dockerode would take these from DOCKER_HOST and its like; only the declared endpoint may count. */
const NOTHING_INHERITED = {
  host: undefined,
  port: undefined,
  socketPath: undefined,
  username: undefined,
  ca: undefined,
  cert: undefined,
  key: undefined,
  pathPrefix: "/",
  protocol: "http",
  timeout: undefined,
};

async function resolved(fields: JsonObject, secrets: SecretResolver): Promise<Record<string, Buffer>> {
  const found: Record<string, Buffer> = {};
  for (const [name, value] of Object.entries(fields)) found[name] = await content(value, secrets);
  return found;
}

async function content(value: Json, secrets: SecretResolver): Promise<Buffer> {
  return isSecret(value)
    ? secrets.resolve(value.$secret)
    : Buffer.from(typeof value === "string" ? value : "");
}

function credentials(fields: Record<string, Buffer> | null): RegistryCredentials | null {
  if (fields === null) return null;
  const { username, password, server } = fields;
  return {
    username: String(username ?? "").trim(),
    password: String(password ?? "").trim(),
    ...(server === undefined ? {} : { serveraddress: String(server) }),
  };
}

function sshAgent({ endpoint }: Place): SshAgent | null {
  return endpoint.startsWith("ssh://") && URL.canParse(endpoint) ? new SshAgent(new URL(endpoint)) : null;
}

function clientOptions(place: Place, tls: Record<string, Buffer> | null, agent: SshAgent | null): object {
  if (place.endpoint.startsWith("unix://")) return { socketPath: place.endpoint.slice("unix://".length) };
  const url = URL.canParse(place.endpoint) ? new URL(place.endpoint) : null;
  if (url?.protocol === "tcp:") {
    const host = url.hostname.replace(/^\[|\]$/g, "");
    return { host, port: Number(url.port), ...(tls === null ? {} : { ...tls, protocol: "https" }) };
  }
  // The name in the requests is of no account: the connection leads to the engine already.
  if (agent !== null) return { host: "localhost", port: 80, agent };
  throw mistake("bad-endpoint", place, "the endpoint is neither unix://, tcp:// nor ssh://", {
    detail: "Nothing was touched.",
    remedy: "Write unix:///var/run/docker.sock, tcp://host:2376 or ssh://user@host.",
  });
}
