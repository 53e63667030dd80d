/** The feed over one-shot watches on a real 3.4 server, and the other one refusing it. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { ClassicFeed } from "../../src/sync/feed/classic-feed.js";
import { WatchFeed } from "../../src/sync/feed/watch-feed.js";
import { connect } from "../../src/zookeeper/connect.js";
import { waitFor } from "../harness/wait.js";
import { clientFeedCases } from "./client-feed-cases.js";
import { FeedWorld, StrictModel } from "./client-feed-world.js";

const classic = suite("classic feed");
let world: FeedWorld | null = null;

function started(): FeedWorld {
  if (world === null) throw new Error("the server was not started");
  return world;
}

classic.before(async () => {
  world = await FeedWorld.start("3.4.14", (options) => new ClassicFeed(options));
});
classic.after(() => world?.close());

clientFeedCases(classic, started, false);

classic("the watch feed says that this server is too old for it", async () => {
  const { connectString } = started().ensemble;
  const feed = new WatchFeed({ connect: (signal) => connect({ connectString, signal }), roots: ["/w"] });
  const model = new StrictModel();
  feed.start(null, model);
  await waitFor("it has failed", 30_000, () => model.failure !== null);
  assert.is(model.failure?.kind, "refused");
  assert.match(model.failure?.remedy ?? "", /classic/);
  assert.is(model.reports, 0);
  await feed.stop();
});

classic.run();
