/** The quickstart's folder: copies, keeps what is the user's state, and finds ports nobody uses. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { installRoot } from "../../src/install/root.js";
import { isForeign } from "../../src/quickstart/rehearsal.js";
import {
  chooseFreePorts,
  hasState,
  portsOf,
  prepareWorkspace,
  shiftPorts,
} from "../../src/quickstart/workspace.js";

const example = join(installRoot(), "examples", "quickstart");
const workspace = suite<{ folder: string }>("quickstart workspace");

workspace.before.each((context) => {
  context.folder = mkdtempSync(join(tmpdir(), "ferry-quickstart-"));
});
workspace.after.each((context) => {
  rmSync(context.folder, { recursive: true, force: true });
});

function listenOn(port: number): Promise<Server | null> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(null));
    server.listen(port, "127.0.0.1", () => resolve(server));
  });
}

workspace("shifts every port of the example and nothing else", () => {
  const text = "{clientPort: 22181, adminPort: 23483} tickTime: 2000 heap: 128m 22184";
  assert.is(shiftPorts(text, 2), "{clientPort: 24181, adminPort: 25483} tickTime: 2000 heap: 128m 22184");
});

workspace("finds all ports the example declares: four for each of six servers", () => {
  const text = ["zk-a.yaml", "zk-b.yaml"].map((name) => readFileSync(join(example, name), "utf8")).join("\n");
  assert.is(portsOf(text).length, 24);
});

workspace("resets the files and keeps the state", ({ folder }) => {
  prepareWorkspace(example, folder);
  assert.is(hasState(folder), false);
  mkdirSync(join(folder, ".ferry"));
  writeFileSync(join(folder, ".ferry", "state.json"), "{}");
  writeFileSync(join(folder, "ferry.yaml"), "edited");
  prepareWorkspace(example, folder);
  assert.is(hasState(folder), true);
  assert.is(
    readFileSync(join(folder, "ferry.yaml"), "utf8"),
    readFileSync(join(example, "ferry.yaml"), "utf8"),
  );
});

workspace("steps aside when a port is taken", async ({ folder }) => {
  prepareWorkspace(example, folder);
  const holder = await listenOn(22282);
  try {
    const first = await chooseFreePorts(folder);
    assert.ok(first !== 22181, "the range with the taken port is not chosen");
    assert.match(readFileSync(join(folder, "zk-a.yaml"), "utf8"), `clientPort: ${first}`);
  } finally {
    await new Promise((resolve) => (holder === null ? resolve(null) : holder.close(resolve)));
  }
});

workspace("takes a folder for the rehearsal only where it is free, or a sandbox", ({ folder }) => {
  assert.is(isForeign(folder), false, "not there");
  mkdirSync(join(folder, "rehearsal"));
  assert.is(isForeign(folder), false, "empty");
  writeFileSync(join(folder, "rehearsal", "notes.txt"), "mine");
  assert.is(isForeign(folder), true);
  mkdirSync(join(folder, "rehearsal", ".ferry"));
  writeFileSync(join(folder, "rehearsal", ".ferry", "sandbox.json"), "{}");
  assert.is(isForeign(folder), false, "a sandbox in which somebody keeps notes");
});

workspace.run();
