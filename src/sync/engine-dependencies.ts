/**
 * The one place where an engine gets its parts: the feeds that were chosen, the index of the source, clock and log. It
 * starts nothing.
 */
import { tmpdir } from "node:os";
import { connect } from "../zookeeper/connect.js";
import type { ZooKeeperClient } from "../zookeeper/types.js";
import type { ChosenFeed } from "./choose-feed.js";
import type { EngineDependencies } from "./engine/engine.js";
import { observerFeed } from "./engine/open-feed.js";
import { ClassicFeed } from "./feed/classic-feed.js";
import type { ClientFeedOptions } from "./feed/client-feed.js";
import type { Feed } from "./feed/feed.js";
import { WatchFeed } from "./feed/watch-feed.js";
import { subtreeOf } from "./paths/subtree.js";

import { connectOptions } from "./side/side.js";
import type { Side, SyncSpec } from "./spec.js";
import { TransactionSpool } from "./spool/transaction-spool.js";
import { TreeIndex } from "./tree/tree-index.js";

export interface EngineChoices {
  /** By the side that is read; see choose-feed.ts. */
  readonly feeds: Readonly<Record<Side, ChosenFeed>>;
  /** One line for people and logs. */
  readonly log: (text: string) => void;
  readonly acceptDeletions: boolean;
  readonly fromSnapshot: boolean;
}

export function engineDependencies(choices: EngineChoices): EngineDependencies {
  return {
    feed: (side, spec, client) => {
      const chosen = choices.feeds[side];
      return { feed: openFeed(side, chosen, spec, client), reason: chosen.reason };
    },
    index: () => new TreeIndex(),
    spool: ({ limits }) => new TransactionSpool({ directory: tmpdir(), limitBytes: limits.spoolDiskBytes }),
    now: Date.now,
    log: choices.log,
    acceptDeletions: choices.acceptDeletions,
    fromSnapshot: choices.fromSnapshot,
  };
}

function openFeed(
  side: Side,
  { kind }: ChosenFeed,
  spec: SyncSpec,
  client: () => Promise<ZooKeeperClient>,
): Feed {
  if (kind === "observer") return observerFeed(spec[side], client, Math.random);
  const options = clientFeedOptions(side, spec);
  return kind === "watch" ? new WatchFeed(options) : new ClassicFeed(options);
}

function clientFeedOptions(side: Side, spec: SyncSpec): ClientFeedOptions {
  const subtrees = spec.paths.map((rule) => subtreeOf(rule, side));
  return {
    connect: (signal) => connect({ ...connectOptions(spec[side]), signal }),
    roots: subtrees.map(({ root }) => root),
    exclude: subtrees.flatMap(({ exclude }) => exclude),
    random: Math.random,
  };
}
