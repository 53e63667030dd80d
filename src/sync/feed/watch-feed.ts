/**
 * The feed over one persistent recursive watch for each root (ZooKeeper 3.6 and newer): events name every znode that
 * changed, in order, and each is read when its event comes. It never writes.
 */
import { ClientFeed, type ClientFeedOptions } from "./client-feed.js";
import type { WatchStyle } from "./tree-follower.js";

const RECURSIVE: WatchStyle = {
  oneShot: false,
  prepare: async (client, scope, watcher) => {
    await Promise.all([
      ...scope.outermost.map((root) => client.addWatch(root, "persistent-recursive", watcher)),
      // The way to a root is not below it.
      ...scope.ancestors.map((path) => client.addWatch(path, "persistent", watcher)),
    ]);
  },
};

/** Fails with `refused` when the server is known to be older than 3.6. */
export class WatchFeed extends ClientFeed {
  constructor(options: ClientFeedOptions) {
    super("watch", RECURSIVE, [], options);
  }
}
