/**
 * Changes the membership of a running ensemble with incremental reconfig (3.5 and newer). Safe to repeat: a server that
 * is in already is not added again, one that is out is not taken out again.
 */
import type { ZooKeeperClient } from "../../../src/zookeeper/types.js";
import { clientTls } from "./client-tls.js";
import type { Cluster } from "./cluster.js";
import { RolloutError, reconfigNeedsSuperuser } from "./failures.js";
import { isSameLine, type LiveMembership, type Member, memberLine, parseMembership } from "./membership.js";
import type { RolloutTarget } from "./rollout.js";
import { ensembleOf, type ServerSpec } from "./spec.js";

const CONFIG_PATH = "/zookeeper/config";

export class Reconfiguration {
  constructor(
    private readonly cluster: Cluster,
    private readonly target: Pick<RolloutTarget, "raw" | "secrets">,
    private readonly serving: readonly ServerSpec[],
    private readonly timeoutMs: number,
  ) {}

  async join(member: Member): Promise<void> {
    await this.withClient(async (client) => {
      const wanted = memberLine(member, true);
      const live = await readMembership(client);
      const present = live.lines.get(member.server.id);
      if (present !== undefined && isSameLine(present, wanted)) return;
      await client.reconfig({ joining: `server.${member.server.id}=${wanted}` });
    });
  }

  async leave(id: number): Promise<void> {
    await this.withClient(async (client) => {
      const live = await readMembership(client);
      if (live.lines.has(id)) await client.reconfig({ leaving: String(id) });
    });
  }

  private async withClient(act: (client: ZooKeeperClient) => Promise<void>): Promise<void> {
    const spec = ensembleOf(this.target.raw);
    const password =
      spec.superuser === undefined ? undefined : this.target.secrets.get(spec.superuser.password.$secret);
    if (password === undefined) throw new RolloutError(reconfigNeedsSuperuser(this.cluster.address));
    const credential = Buffer.from(`super:${password.toString("utf8").replace(/\r?\n$/, "")}`);
    const tls = clientTls(spec, this.target.secrets);
    const port = (server: ServerSpec): number =>
      tls === undefined ? server.clientPort : (server.secureClientPort ?? server.clientPort);
    const connectString = this.serving
      .map((server) => `${this.cluster.hostAddress(server.host)}:${port(server)}`)
      .join(",");
    const client = await this.cluster.dependencies.connect({
      connectString,
      connectTimeoutMs: this.timeoutMs,
      auth: [{ scheme: "digest", credential }],
      signal: this.cluster.signal,
      ...(tls === undefined ? {} : { tls }),
    });
    try {
      await act(client);
    } finally {
      await client.close();
    }
  }
}

/** What the ensemble itself holds to be its membership. */
export async function readMembership(client: ZooKeeperClient): Promise<LiveMembership> {
  const { data } = await client.getData(CONFIG_PATH);
  return parseMembership(data?.toString("utf8") ?? "");
}
