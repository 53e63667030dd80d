/**
 * A real ssh server of the test's own on 127.0.0.1, and an `ssh` that knows only it: keys, known hosts and configuration
 * lie in a folder of the test, never in the user's. Always stopped, also when the test process ends early.
 */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { userInfo } from "node:os";
import { join } from "node:path";
import { freePorts } from "./ports.js";
import { waitFor } from "./wait.js";

export interface TestSsh {
  /** `user@127.0.0.1:port` */
  readonly target: string;
  /** A folder for the front of PATH, whose `ssh` uses the test's key and known hosts. */
  readonly programs: string;
  /** A file that may be emptied, to be a stranger to the server. */
  readonly authorizedKeys: string;
  /** A file that may be emptied, so that the server is a stranger. */
  readonly knownHosts: string;
  close(): Promise<void>;
}

const PRIVILEGE_SEPARATION = "/run/sshd";

function find(program: string): string | null {
  const places = (process.env["PATH"] ?? "").split(":").concat("/usr/sbin", "/sbin");
  return places.map((place) => join(place, program)).find((path) => existsSync(path)) ?? null;
}

/** Why there can be no ssh server here, or null. */
export function whyNoSsh(): string | null {
  if (process.getuid?.() !== 0) return "an ssh server needs root";
  for (const [program, package_] of [
    ["sshd", "openssh-server"],
    ["ssh", "openssh-client"],
    ["ssh-keygen", "openssh-client"],
  ] as const) {
    if (find(program) === null) return `there is no ${program} on this machine (Debian: ${package_})`;
  }
  return null;
}

function makeKey(path: string): string {
  execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", path]);
  return readFileSync(`${path}.pub`, "utf8");
}

/** `environment` is what programs find that are run through it; `folder` must exist and be the test's own. */
export async function startSsh(
  folder: string,
  environment: Readonly<Record<string, string>>,
): Promise<TestSsh> {
  const [port = 0] = await freePorts(1);
  const inFolder = (name: string) => join(folder, name);
  const [hostKey, ownKey] = [makeKey(inFolder("host-key")), makeKey(inFolder("own-key"))];
  const authorizedKeys = inFolder("authorized-keys");
  const knownHosts = inFolder("known-hosts");
  writeFileSync(authorizedKeys, ownKey, { mode: 0o600 });
  writeFileSync(knownHosts, `[127.0.0.1]:${port} ${hostKey}`);
  const settings = Object.entries(environment).map(([name, value]) => `${name}=${value}`);
  const server = [
    `Port ${port}`,
    "ListenAddress 127.0.0.1",
    `HostKey ${inFolder("host-key")}`,
    `AuthorizedKeysFile ${authorizedKeys}`,
    "PidFile none",
    "StrictModes no",
    "UsePAM no",
    "PasswordAuthentication no",
    "PermitRootLogin prohibit-password",
    ...(settings.length > 0 ? [`SetEnv ${settings.join(" ")}`] : []),
  ];
  writeFileSync(inFolder("sshd-config"), `${server.join("\n")}\n`);
  const client = `IdentityFile ${inFolder("own-key")}\nIdentitiesOnly yes\nUserKnownHostsFile ${knownHosts}\n`;
  writeFileSync(inFolder("ssh-config"), `${client}GlobalKnownHostsFile /dev/null\nIdentityAgent none\n`);
  const programs = inFolder("programs");
  mkdirSync(programs);
  const wrapper = `#!/bin/sh\nexec ${find("ssh")} -F ${inFolder("ssh-config")} "$@"\n`;
  writeFileSync(join(programs, "ssh"), wrapper, { mode: 0o755 });
  const close = await run(inFolder("sshd-config"), port);
  return { target: `${userInfo().username}@127.0.0.1:${port}`, programs, authorizedKeys, knownHosts, close };
}

/** Starts the server and waits until it listens; gives what stops it. */
async function run(configuration: string, port: number): Promise<() => Promise<void>> {
  const made = !existsSync(PRIVILEGE_SEPARATION);
  if (made) mkdirSync(PRIVILEGE_SEPARATION, { mode: 0o755 });
  const child = spawn(find("sshd") ?? "sshd", ["-D", "-e", "-f", configuration], {
    stdio: ["ignore", "ignore", "pipe"],
  });
  process.once("exit", () => child.kill("SIGKILL"));
  let said = "";
  child.stderr.on("data", (text: Buffer) => {
    said = (said + text.toString()).slice(-2000);
  });
  const close = async () => {
    child.kill("SIGTERM");
    await ended(child);
    if (made) rmdirSync(PRIVILEGE_SEPARATION);
  };
  try {
    await waitFor("the ssh server listens", 10_000, () => {
      if (child.exitCode !== null) throw new Error(`it ended: ${said}`);
      return isListening(port);
    });
  } catch (error) {
    await close();
    throw error;
  }
  return close;
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  await new Promise((resolve) => child.once("exit", resolve));
}

function isListening(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });
}
