/** Writes a snapshot file of the source as `ferry sync bootstrap --to` does, in a process of its own. */
import { writeBootstrapFile } from "../../src/sync/bootstrap/bootstrap-file.js";
import { observerFeed } from "../../src/sync/engine/open-feed.js";
import type { SyncSpec } from "../../src/sync/spec.js";
import { connect } from "../../src/zookeeper/connect.js";
import { input } from "./world.js";

const { spec, directory } = input<{ spec: SyncSpec; directory: string }>();
const client = await connect({ connectString: spec.a.connectString });
const feed = observerFeed(spec.a, () => Promise.resolve(client), Math.random);
const { signal } = new AbortController();
const { file } = await writeBootstrapFile({ spec, directory, feed, signal, onProgress: () => {} });
await client.close();
const peakMiB = Math.round(process.resourceUsage().maxRSS / 1_024);
process.stdout.write(`${JSON.stringify({ nodes: file.nodes, peakMiB })}\n`);
