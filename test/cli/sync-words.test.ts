/** The words of sync commands, and lines that are written over: without any server. */
import { PassThrough } from "node:stream";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { filesAndNames } from "../../src/cli/sync-selection.js";
import { healthOf, isDown } from "../../src/cli/sync-view.js";
import { createTerminal, type Terminal } from "../../src/cli/terminal.js";
import type { DirectionState, SyncStatus } from "../../src/sync/control/records.js";
import { ferry, projectOf } from "./ferry.js";

const words = suite("words of the sync commands");

words("what ends in .yaml or has a slash is a file, an address is none", () => {
  const given = ["shop", "shop.yaml", "./shop", "a/b.yml", "Sync/shop", "module.x.Sync/shop", ".", "x/Sync"];
  assert.equal(filesAndNames(given), {
    files: ["shop.yaml", "./shop", "a/b.yml", ".", "x/Sync"],
    names: ["shop", "Sync/shop", "module.x.Sync/shop"],
  });
  const instance = 'module.x["a/b"].Sync/shop';
  assert.equal(filesAndNames([instance]).names, [instance]);
});

const SYNC = (name: string): string => `apiVersion: ferry/v1
kind: Sync
metadata: { name: ${name} }
spec:
  source: { connectString: "a:2181" }
  target: { connectString: "b:2181" }
  paths: [/${name}]
`;

words("which Sync is meant must be clear, and is said", async () => {
  const project = projectOf({ "two.yaml": `${SYNC("orders")}---\n${SYNC("carts")}`, "empty/none.yaml": "" });
  const said = async (...args: string[]): Promise<string> =>
    (await ferry(["sync", ...args], { cwd: project.directory })).stderr;
  assert.match(await said("run", "two.yaml"), /there are 2 Syncs.*\n.*Sync\/carts, Sync\/orders/);
  assert.match(await said("pause", "order"), /there is no Sync order[\s\S]*Did you mean orders\?/);
  assert.match(await said("report", "empty/none.yaml"), /there is no Sync in empty\/none\.yaml/);
  assert.match(await said("run", "two.yaml", "--name", "cart"), /there is no Sync cart/);
  project.remove();
});

const healths: readonly (readonly ["beating" | "released" | "never", readonly DirectionState[], string])[] = [
  ["never", [], "never"],
  ["released", ["live"], "ended"],
  ["beating", ["live", "copying"], "running"],
  ["beating", ["live", "stopped"], "stopped"],
  ["beating", ["paused", "paused"], "paused"],
];

words("health is one word", () => {
  for (const [kind, states, expected] of healths) {
    const status = { directions: states.map((state) => ({ state })) } as unknown as SyncStatus;
    assert.is(healthOf({ pulse: { kind }, status }), expected);
  }
  assert.is(healthOf({ pulse: { kind: "silent", forMs: 3_000 }, status: null }), "stale");
  assert.equal(
    ["running", "paused"].map((health) => isDown(health as "running")),
    [false, false],
  );
});

/** A terminal on streams of ours, and what came to stderr. */
function terminalOn(
  isTTY: boolean,
  env: Record<string, string> = {},
): { terminal: Terminal; out: () => string } {
  const stderr = Object.assign(new PassThrough(), { isTTY, columns: 20 });
  const stdout = Object.assign(new PassThrough(), { isTTY });
  const terminal = createTerminal({ stdin: new PassThrough(), stdout, stderr, env, noColour: false });
  return { terminal, out: () => String(stderr.read() ?? "") };
}

/** What a terminal would show in the end. */
function shown(written: string): string[] {
  const screen = [""];
  for (const [, up, cr, clear, nl, text] of written.matchAll(
    // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what moves a cursor
    /(?:\u001b\[(\d+)A)|(\r)|(\u001b\[0J)|(\n)|([^\u001b\r\n]+)/g,
  )) {
    if (up !== undefined) screen.push(...screen.splice(screen.length - Number(up) - 1).slice(0, 1));
    if (cr !== undefined || clear !== undefined) screen[screen.length - 1] = "";
    if (nl !== undefined) screen.push("");
    if (text !== undefined) screen[screen.length - 1] += text;
  }
  return screen;
}

words("live lines are written over, notes go above them, and in the end nothing is left", () => {
  const { terminal, out } = terminalOn(true);
  terminal.live("first\nsecond");
  terminal.note("note one");
  terminal.live("a line that is far too long for it\nother");
  terminal.note("note two");
  terminal.live("only");
  assert.equal(shown(out()), ["note one", "note two", "only"]);
  terminal.live(null);
  terminal.note("end");
  assert.equal(shown(`only${out()}`), ["end", ""]);
});

words("a line is cut where the terminal ends, so that it can be written over", () => {
  const { terminal, out } = terminalOn(true);
  terminal.live("0123456789012345678901234567890");
  assert.is(out(), "0123456789012345678");
});

words("without a terminal, or on a dumb one, there are no live lines", () => {
  for (const { terminal, out } of [terminalOn(false), terminalOn(true, { TERM: "dumb" })]) {
    assert.is(terminal.canLive, false);
    terminal.live("figures");
    terminal.note("a note");
    assert.is(out(), "a note\n");
  }
});

words.run();
