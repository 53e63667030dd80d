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

const ENSEMBLES = ["zk-a.yaml", "zk-b.yaml"];

/** Rewrites the copied ensembles. */
function editEnsembles(target: string, edit: (text: string) => string): void {
  for (const name of ENSEMBLES) {
    const file = join(target, name);
    writeFileSync(file, edit(readFileSync(file, "utf8")));
  }
}

/** Makes the copied host a Docker engine on this machine, and its servers containers of the image. */
export function useContainers(
  target: string,
  engine: { readonly endpoint: string; readonly image: string },
): void {
  const file = join(target, "host.yaml");
  const host = readFileSync(file, "utf8");
  const at = host.indexOf("    process:");
  writeFileSync(file, `${host.slice(0, at)}    docker:\n      endpoint: ${engine.endpoint}\n`);
  editEnsembles(target, (text) =>
    text.replace("spec:\n", `spec:\n  distribution: { image: "${engine.image}" }\n`),
  );
}

/** The ports and the runtime an earlier run chose, so that another one finds its servers. */
export function earlierChoice(target: string): { readonly shift: number; readonly containers: boolean } {
  const first = /clientPort: (\d\d)181/.exec(readFileSync(join(target, "zk-a.yaml"), "utf8"))?.[1];
  const containers = /^ {4}docker:/m.test(readFileSync(join(target, "host.yaml"), "utf8"));
  return { shift: first === undefined ? 0 : Number(first) - 22, containers };
}

/** Moves the ports of the copied ensembles. */
export function movePorts(target: string, thousands: number): void {
  editEnsembles(target, (text) => shiftPorts(text, thousands));
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
  const text = ENSEMBLES.map((name) => readFileSync(join(target, name), "utf8")).join("\n");
  let busy = 0;
  for (const shift of [0, 2, 4]) {
    const ports = portsOf(shiftPorts(text, shift));
    const free = await Promise.all(ports.map(isFree));
    if (free.every(Boolean)) {
      movePorts(target, shift);
      return ports[0] ?? 0;
    }
    busy = ports[free.indexOf(false)] ?? 0;
  }
  throw new Error(
    `port ${busy} on 127.0.0.1 is used by another program, and so are the two other ranges the quickstart knows. ` +
      `Nothing was started. Free the port, or edit the ports in ${target} and run \`ferry apply\` there.`,
  );
}
