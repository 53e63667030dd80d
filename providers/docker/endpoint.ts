/**
 * From a host's docker settings to a client of its engine: a unix socket, TCP with or without TLS, or ssh. Opens no
 * connection by itself.
 */
import { spawn } from "node:child_process";
import { Agent, type ClientRequestArgs } from "node:http";
import { Duplex } from "node:stream";
import Docker from "dockerode";
import { isSecret } from "../../src/value/expression.js";
import { isObject, type Json, type JsonObject } from "../../src/value/json.js";
import type { SecretResolver } from "../provider.js";
import { mistake, type Place } from "./mistakes.js";

export interface RegistryCredentials {
  readonly username: string;
  readonly password: string;
  readonly serveraddress?: string;
}

export interface Engine {
  readonly docker: Docker;
  readonly registry: RegistryCredentials | null;
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
  const options = { ...NOTHING_INHERITED, ...clientOptions(place, tls) };
  try {
    return { docker: new Docker(options as Docker.DockerOptions), registry: credentials(registry) };
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

function clientOptions(place: Place, tls: Record<string, Buffer> | null): object {
  if (place.endpoint.startsWith("unix://")) return { socketPath: place.endpoint.slice("unix://".length) };
  const url = URL.canParse(place.endpoint) ? new URL(place.endpoint) : null;
  if (url?.protocol === "tcp:") {
    const host = url.hostname.replace(/^\[|\]$/g, "");
    return { host, port: Number(url.port), ...(tls === null ? {} : { ...tls, protocol: "https" }) };
  }
  // The name in the requests is of no account: the connection leads to the engine already.
  if (url?.protocol === "ssh:") return { host: "localhost", port: 80, agent: new SshAgent(url) };
  throw mistake("bad-endpoint", place, "the endpoint is neither unix://, tcp:// nor ssh://", {
    detail: "Nothing was touched.",
    remedy: "Write unix:///var/run/docker.sock, tcp://host:2376 or ssh://user@host.",
  });
}

/** The command that leads to the engine of another machine, as Docker's own client does it. */
export function sshCommand(url: URL): string[] {
  const user = url.username === "" ? [] : ["-l", decodeURIComponent(url.username)];
  const port = url.port === "" ? [] : ["-p", url.port];
  // BatchMode: nobody is there to type a password. "--": a host name is never an option.
  return [
    "ssh",
    "-T",
    "-o",
    "BatchMode=yes",
    "-o",
    "ConnectTimeout=15",
    ...user,
    ...port,
    "--",
    url.hostname,
    "docker",
    "system",
    "dial-stdio",
  ];
}

/** Connections through the machine's ssh, so that its configuration, known hosts and agent are those people set up. */
class SshAgent extends Agent {
  constructor(private readonly url: URL) {
    super({ keepAlive: false });
  }

  override createConnection(_options: ClientRequestArgs): Duplex {
    const [program = "ssh", ...words] = sshCommand(this.url);
    const child = spawn(program, words, { stdio: ["pipe", "pipe", "pipe"] });
    const stream = Duplex.from({ readable: child.stdout, writable: child.stdin });
    let said = "";
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      said = (said + text).slice(-2000);
    });
    child.once("error", (error) => stream.destroy(error));
    child.once("close", (code) => {
      if (code !== 0 && !stream.destroyed)
        stream.destroy(new Error(`ssh: ${said.trim() || `exit code ${code}`}`));
    });
    stream.once("close", () => child.kill());
    return stream;
  }
}
