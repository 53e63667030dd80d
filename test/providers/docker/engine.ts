/** What the tests of containers share: an engine with an image of this machine's shell, and a unit to run in it. */
import { execFileSync } from "node:child_process";
import { readFileSync, realpathSync } from "node:fs";
import { Readable } from "node:stream";
import { openDockerRuntime } from "../../../providers/docker/runtime.js";
import { packTar, type TarEntry } from "../../../providers/docker/tar.js";
import type { SecretResolver } from "../../../providers/provider.js";
import type { HostRuntime, UnitSpec } from "../../../providers/runtime.js";
import { DiagnosticError } from "../../../src/diagnostics/diagnostic.js";
import type { JsonObject } from "../../../src/value/json.js";
import { type EngineOptions, startEngine, type TestEngine } from "../../harness/docker.js";

export const IMAGE = "ferry-test/shell:1";
const PROGRAMS = ["sh", "sleep", "cat", "env", "id", "ls", "stat", "mkdir"];

export const signal = new AbortController().signal;
export const secrets: SecretResolver = {
  resolve: () => Promise.reject(new Error("not needed")),
  fingerprint: () => "",
};

/** `docker` are further settings of the host. */
export interface RuntimeOptions {
  readonly address?: string;
  readonly lineage?: string;
  readonly secrets?: SecretResolver;
  readonly docker?: JsonObject;
  readonly report?: (message: string) => void;
}

export function open(endpoint: string, options: RuntimeOptions = {}): Promise<HostRuntime> {
  const { address = "Host/h1", lineage, report } = options;
  const spec = { address: "127.0.0.1", runtime: { docker: { endpoint, ...options.docker } } };
  return openDockerRuntime(address, spec, {
    projectRoot: "/",
    secrets: options.secrets ?? secrets,
    ...(lineage === undefined ? {} : { lineage }),
    ...(report === undefined ? {} : { report }),
  });
}

export const file = (path: string, text: string, mode = 0o600) => ({
  path,
  content: Buffer.from(text),
  mode,
});

export function unit(more: Partial<UnitSpec> = {}): UnitSpec {
  return {
    name: "a-1",
    labels: { "ferry.address": "ZooKeeperEnsemble/a" },
    files: [file("zoo.cfg", "x=1\n"), file("tls/key.pem", "k")],
    image: IMAGE,
    command: ["sh", "-c", "echo started $COLOUR; exec sleep 300"],
    environment: { COLOUR: "blue" },
    ports: [],
    limits: { memoryBytes: 64 * 1024 * 1024 },
    restart: "no",
    stopGraceMs: 1_000,
    docker: { network: "host" },
    ...more,
  };
}

/** The code and the text of the diagnostic it rejects with; "no error" when it does not. */
export async function rejection(work: Promise<unknown>): Promise<{ code: string; text: string }> {
  try {
    await work;
  } catch (error) {
    if (!(error instanceof DiagnosticError)) throw error;
    const first = error.diagnostics[0];
    return { code: first?.code ?? "", text: [first?.summary, first?.detail, first?.remedy].join("\n") };
  }
  return { code: "no error", text: "" };
}

export async function code(work: Promise<unknown>): Promise<string> {
  return (await rejection(work)).code;
}

export async function startShellEngine(options: EngineOptions = {}): Promise<TestEngine> {
  const engine = await startEngine(options);
  try {
    await engine.importImage(Readable.from([packTar(shellImage())]), IMAGE);
    return engine;
  } catch (error) {
    await engine.close();
    throw error;
  }
}

/** This machine's programs with the libraries they load. `more`: absolute paths of further programs, kept where they are. */
export function shellImage(more: readonly string[] = []): TarEntry[] {
  const files = new Map<string, Buffer>();
  const add = (name: string, path: string): void => {
    files.set(name, readFileSync(path));
    const libraries = execFileSync("ldd", [path], { encoding: "utf8" }).match(/\/[^\s:]+/g) ?? [];
    for (const library of libraries) files.set(library.slice(1), readFileSync(library));
  };
  for (const program of PROGRAMS) {
    add(
      `bin/${program}`,
      realpathSync(execFileSync("/bin/sh", ["-c", `command -v ${program}`], { encoding: "utf8" }).trim()),
    );
  }
  for (const path of more) add(path.slice(1), path);
  files.set("etc/passwd", Buffer.from("root:x:0:0::/:/bin/sh\nzookeeper:x:1234:1235::/:/bin/sh\n"));
  files.set("etc/group", Buffer.from("root:x:0:\nzookeeper:x:1235:\nstaff:x:50:\n"));
  const entries = [...files].map(([path, content]) =>
    entry(path, "file", content, path.startsWith("etc/") ? 0o644 : 0o755),
  );
  // Folders that are not in the archive would be root's alone.
  const folders = new Set([...files.keys()].flatMap((path) => foldersOf(path)));
  const made = [...folders].map((path) => entry(path, "directory", Buffer.alloc(0), 0o755));
  return [entry("tmp", "directory", Buffer.alloc(0), 0o1777), ...made, ...entries];
}

function foldersOf(path: string): string[] {
  const parts = path.split("/").slice(0, -1);
  return parts.map((_, at) => parts.slice(0, at + 1).join("/"));
}

function entry(path: string, kind: TarEntry["kind"], content: Buffer, mode: number): TarEntry {
  return { path, kind, content, mode, uid: 0, gid: 0 };
}
