/** What a script of anybody's would do: walk the source, read each znode, create it on the target. Pipelined, parents first. */
import { connect } from "../../src/zookeeper/connect.js";
import { input, ROOT } from "./world.js";

const UNDER_WAY = 256;

const { from, to } = input<{ from: string; to: string }>();
const [source, target] = [await connect({ connectString: from }), await connect({ connectString: to })];

async function copy(path: string): Promise<string[]> {
  const [{ data }, { acl }, { children }] = await Promise.all([
    source.getData(path),
    source.getAcl(path),
    source.getChildren(path),
  ]);
  await target.create(path, data, { acl });
  return children.map((name) => `${path}/${name}`);
}

let nodes = 0;
for (let level = [ROOT]; level.length > 0; ) {
  const next: string[] = [];
  for (let at = 0; at < level.length; at += UNDER_WAY) {
    const made = await Promise.all(level.slice(at, at + UNDER_WAY).map(copy));
    for (const children of made) next.push(...children);
    nodes += made.length;
  }
  level = next;
}
await Promise.all([source.close(), target.close()]);
const peakMiB = Math.round(process.resourceUsage().maxRSS / 1_024);
process.stdout.write(`${JSON.stringify({ nodes, peakMiB })}\n`);
