/** The feed over persistent recursive watches on a real 3.8 server. */
import { suite } from "uvu";
import { WatchFeed } from "../../src/sync/feed/watch-feed.js";
import { clientFeedCases } from "./client-feed-cases.js";
import { FeedWorld } from "./client-feed-world.js";

const watch = suite("watch feed");
let world: FeedWorld | null = null;

function started(): FeedWorld {
  if (world === null) throw new Error("the server was not started");
  return world;
}

watch.before(async () => {
  world = await FeedWorld.start("3.8.4", (options) => new WatchFeed(options));
});
watch.after(() => world?.close());

clientFeedCases(watch, started, true);

watch.run();
