/** One engine as a process, with the parts that the command line gives it. Started by the benchmark. */
import { SyncEngine } from "../../src/sync/engine/engine.js";
import { engineDependencies } from "../../src/sync/engine-dependencies.js";
import type { FeedKind } from "../../src/sync/feed/feed.js";
import type { SyncSpec } from "../../src/sync/spec.js";
import { input } from "./world.js";

const { spec, feed } = input<{ spec: SyncSpec; feed: FeedKind }>();
const engine = new SyncEngine(
  spec,
  engineDependencies({
    feeds: { a: { kind: feed, reason: "chosen" }, b: { kind: "observer", reason: "chosen" } },
    log: (text) => process.stdout.write(`${text}\n`),
    acceptDeletions: true,
    fromSnapshot: false,
  }),
);
process.on("SIGTERM", () => void engine.stop().then(() => process.exit(0)));
let live = false;
engine.onStatus(({ directions }) => {
  const now = directions.every(({ state }) => state === "live");
  if (now && !live) process.stdout.write("is live\n");
  live = now;
});
