/** The folder of a sandbox: what is written, what is left alone, and how room for it is found. Starts no server. */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { DiagnosticError } from "../../../src/diagnostics/diagnostic.js";
import { installRoot } from "../../../src/install/root.js";
import { type Choice, endpointsIn, filled } from "../../../src/sandbox/platform/choice.js";
import {
  filesOf,
  prepareSandbox,
  readNote,
  removeSandbox,
  type Wanted,
} from "../../../src/sandbox/platform/workspace.js";

/** Where no other test is: these choose places by listening there. */
const WANTED: Wanted = { net: 220, portShift: 3000, quick: false, both: false };
const CHOICE: Choice = { net: 220, portShift: 3000, quick: false, both: false };
const SANDBOX = join(installRoot(), "examples", "sandbox");

const workspace = suite<{ parent: string; folder: string }>("the folder of a sandbox");

workspace.before.each((context) => {
  context.parent = mkdtempSync(join(tmpdir(), "ferry-sandbox-"));
  context.folder = join(context.parent, "sandbox");
});
workspace.after.each(({ parent }) => {
  rmSync(parent, { recursive: true, force: true });
});

async function refusal(work: Promise<unknown>): Promise<string> {
  try {
    await work;
  } catch (error) {
    if (error instanceof DiagnosticError) return error.diagnostics[0]?.code ?? "";
    throw error;
  }
  return "none";
}

function listenOn(port: number, ip: string): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(port, ip, () => resolve(server));
  });
}

/** The example again: addresses, ports and the kept data put back. */
function unfilled(text: string): string {
  return text
    .replaceAll("127.220.", "127.10.")
    .replaceAll(/\b(\w*[pP]ort): (\d{4,5})\b/g, (_, name, port) => `${name}: ${Number(port) - 3000}`)
    .replace(/(keepData:\n +type: boolean\n +default: )true/, "$1false");
}

workspace(
  "is the declared example, but for addresses, ports and the data that is kept",
  async ({ folder }) => {
    await prepareSandbox(folder, WANTED);
    const names = [...(await filesOf(CHOICE)).keys()];
    assert.ok(names.includes("ferry.yaml") && names.length >= 7);
    for (const name of names) {
      const written = readFileSync(join(folder, name), "utf8");
      const example = readFileSync(join(SANDBOX, name), "utf8");
      assert.is(unfilled(written), example, name);
      assert.not.match(written, "127.10.", name);
    }
  },
);

workspace("every server of the example has a place of its own", async () => {
  const texts = [...(await filesOf({ ...CHOICE, both: true })).values()];
  const places = endpointsIn(texts).map(({ ip, port }) => `${ip}:${port}`);
  // Two ensembles of three servers with three ports; masters, agents, Marathons and other frameworks with one.
  assert.is(places.length, 18 + 2 * (3 + 4) + 2 + 2);
  assert.is(new Set(places).size, places.length);
  assert.ok(places.every((place) => place.startsWith("127.220.") || place.startsWith("0.0.0.0:")));
});

workspace("quick and two-sided ones differ where they should", async () => {
  const quick = (await filesOf({ ...CHOICE, quick: true })).get("ferry.yaml") ?? "";
  assert.match(quick, /tickTime:\n +type: number\n +default: 500\n/);
  assert.match(quick, /sessionSeconds:\n +type: number\n +default: 2\n/);
  const both = await filesOf({ ...CHOICE, both: true });
  assert.ok(both.has("side-b.yaml"));
  assert.not.match(both.get("ferry.yaml") ?? "", "include");
  assert.match(both.get("migration.yaml") ?? "", "kind: Migration");
});

workspace("ports of apps and settings that look like ports stay", () => {
  const text = "portDefinitions: [{ port: 0, name: http }], tickTime: 2000, ports: [31000-32000], 127.10.1";
  assert.is(filled(text, CHOICE), text);
});

workspace("steps aside when an address or a port is taken, and remembers", async ({ folder, parent }) => {
  const wanted = { ...WANTED, net: null };
  const first = await listenOn(8050, "127.10.1.11");
  try {
    const { choice } = await prepareSandbox(folder, wanted);
    assert.is(choice.net, 11);
  } finally {
    await new Promise((resolve) => first.close(resolve));
  }
  assert.is((await prepareSandbox(folder, { ...wanted, portShift: null })).choice.net, 11);
  const everywhere = await listenOn(5050 + 3000, "0.0.0.0");
  try {
    assert.is(await refusal(prepareSandbox(join(parent, "other"), wanted)), "sandbox-no-room");
    assert.not.ok(existsSync(join(parent, "other")));
  } finally {
    await new Promise((resolve) => everywhere.close(resolve));
  }
});

workspace("somebody's folder is refused, and nothing in it touched", async ({ parent }) => {
  writeFileSync(join(parent, "ferry.yaml"), "mine");
  assert.is(await refusal(prepareSandbox(parent, WANTED)), "sandbox-foreign-folder");
  assert.is(readFileSync(join(parent, "ferry.yaml"), "utf8"), "mine");
  assert.is(await readNote(parent), null);
});

workspace("files that somebody changed stay; those that are missing come back", async ({ folder }) => {
  await prepareSandbox(folder, WANTED);
  writeFileSync(join(folder, "apps.yaml"), "# mine\n");
  rmSync(join(folder, "zk-a.yaml"));
  const again = await prepareSandbox(folder, WANTED);
  assert.equal([again.isNew, again.kept], [false, ["apps.yaml"]]);
  assert.is(readFileSync(join(folder, "apps.yaml"), "utf8"), "# mine\n");
  assert.ok(existsSync(join(folder, "zk-a.yaml")));
  assert.equal(await removeSandbox(folder), ["apps.yaml"]);
});

workspace("another side and quicker sessions can be added, other addresses cannot", async ({ folder }) => {
  await prepareSandbox(folder, WANTED);
  const { choice } = await prepareSandbox(folder, { ...WANTED, net: null, both: true });
  assert.equal(choice, { ...CHOICE, both: true });
  assert.ok(existsSync(join(folder, "side-b.yaml")));
  assert.is((await prepareSandbox(folder, WANTED)).choice.both, true);
  assert.is(await refusal(prepareSandbox(folder, { ...WANTED, net: 221 })), "sandbox-elsewhere");
  assert.equal(await removeSandbox(folder), []);
  assert.not.ok(existsSync(folder));
});

workspace("a note that cannot be read is refused", async ({ folder }) => {
  await prepareSandbox(folder, WANTED);
  writeFileSync(join(folder, ".ferry", "sandbox.json"), '{"formatVersion": 1, "choice": {}}');
  assert.is(await refusal(prepareSandbox(folder, WANTED)), "sandbox-note-damaged");
});

workspace.run();
