/**
 * The feed over one-shot watches, for ZooKeeper 3.4 and 3.5 where the quorum port cannot be reached: each look at a znode
 * leaves a watch on its content and on its children, and each event asks for the next look. It never writes.
 */
import { ClientFeed, type ClientFeedOptions } from "./client-feed.js";
import type { WatchStyle } from "./tree-follower.js";

/** Znodes that are absent need no watch: their parent's tells of them. */
const ONE_SHOT: WatchStyle = { oneShot: true, prepare: async () => {} };

const LOSSES = [
  "Changes of different znodes may be reported in another order than they were made in.",
  "Each znode costs the server two watches, and each change of a znode a new reading of its list of children.",
];

export class ClassicFeed extends ClientFeed {
  constructor(options: ClientFeedOptions) {
    super("classic", ONE_SHOT, LOSSES, options);
  }
}
