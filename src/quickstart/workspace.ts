/**
 * The folder the quickstart manages: a copy of examples/quickstart that the user may edit afterwards. Never touches the
 * state below .ferry/, so that running it again goes on with the servers that are there.
 */
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";

/** Copies the example's files over `target`; what ferry itself keeps in there stays. */
export function prepareWorkspace(example: string, target: string): void {
  mkdirSync(target, { recursive: true });
  for (const name of readdirSync(example)) {
    if (name !== ".ferry") cpSync(join(example, name), join(target, name), { recursive: true });
  }
}

/** Whether servers of an earlier run may be there: then their ports are theirs, not somebody else's. */
export function hasState(target: string): boolean {
  return existsSync(join(target, ".ferry", "state.json"));
}

const PORT = /\b(2[2-9])([1-4]8[1-3])\b/g;

/** Every port the example declares, ascending. */
export function portsOf(text: string): number[] {
  return [...new Set([...text.matchAll(PORT)].map((match) => Number(match[0])))].sort((a, b) => a - b);
}

/** Moves the example's ports (22xxx and 23xxx) up by `thousands`. */
export function shiftPorts(text: string, thousands: number): string {
  return text.replaceAll(PORT, (_, head: string, tail: string) => `${Number(head) + thousands}${tail}`);
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
  });
}

/**
 * Makes the copied ensembles use ports that are free on this machine. Returns the first client port chosen.
 * Rejects, naming a busy port, when three ranges are taken.
 */
export async function chooseFreePorts(target: string): Promise<number> {
  const files = ["zk-a.yaml", "zk-b.yaml"].map((name) => join(target, name));
  const texts = files.map((file) => readFileSync(file, "utf8"));
  let busy = 0;
  for (const shift of [0, 2, 4]) {
    const shifted = texts.map((text) => shiftPorts(text, shift));
    const ports = portsOf(shifted.join("\n"));
    const free = await Promise.all(ports.map(isFree));
    if (free.every(Boolean)) {
      files.forEach((file, index) => {
        writeFileSync(file, shifted[index] ?? "");
      });
      return ports[0] ?? 0;
    }
    busy = ports[free.indexOf(false)] ?? 0;
  }
  throw new Error(
    `port ${busy} on 127.0.0.1 is used by another program, and so are the two other ranges the quickstart knows. ` +
      `Nothing was started. Free the port, or edit the ports in ${target} and run \`ferry apply\` there.`,
  );
}
