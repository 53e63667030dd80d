/**
 * What a process host offers: the java it would run and the machine's size. Starts `java -version` and nothing else.
 */
import { execFile } from "node:child_process";
import { availableParallelism, totalmem } from "node:os";
import type { JsonObject } from "../../src/value/json.js";
import { mistake, type Place } from "./mistakes.js";

/** Milliseconds a JVM may take to print its version. */
const DEADLINE_MS = 20_000;

/** Reads what `java -version` prints; null when it is something else. E.g. `openjdk version "17.0.9" 2023-10-17`. */
export function parseJavaVersion(
  text: string,
): { readonly version: string; readonly runtime: string } | null {
  const match = /^(.*?) version "([^"]+)"/m.exec(text);
  if (match === null) return null;
  const [, product = "", version = ""] = match;
  const runtime = /^(.*Runtime Environment.*)$/m.exec(text)?.[1] ?? product;
  return { version, runtime: runtime.trim() };
}

/** Rejects with DiagnosticError when that java cannot be run. */
export async function probeMachine(place: Place, java: string, signal: AbortSignal): Promise<JsonObject> {
  const printed = await printVersion(place, java, signal);
  const found = parseJavaVersion(printed);
  if (found === null) throw noJava(place, java, "it does not print a version");
  return {
    java: { program: java, version: found.version, runtime: found.runtime },
    memoryBytes: totalmem(),
    cores: availableParallelism(),
  };
}

function printVersion(place: Place, java: string, signal: AbortSignal): Promise<string> {
  return new Promise((resolve, reject) => {
    const options = { timeout: DEADLINE_MS, signal, encoding: "utf8" as const, maxBuffer: 1 << 20 };
    execFile(java, ["-version"], options, (error, stdout, stderr) => {
      if (error === null) return resolve(`${stderr}\n${stdout}`);
      if (signal.aborted)
        return reject(mistake("interrupted", place, "interrupted while asking java for its version"));
      const missing = error.code === "ENOENT" ? "there is no such program" : error.message.split("\n")[0];
      return reject(noJava(place, java, missing ?? ""));
    });
  });
}

function noJava(place: Place, java: string, why: string) {
  return mistake("java-not-found", place, `${java} -version failed: ${why}`, {
    detail: "Nothing was touched.",
    remedy: "Install a Java runtime, or set spec.runtime.process.java of the host to the path of its java.",
  });
}
