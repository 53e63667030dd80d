/** Masters asked one by one, without following anybody from one to another: who leads is for the election to say. */
import { MesosClient } from "../../mesos/client.js";
import type { MesosConnection } from "../../mesos/connection.js";

/** How masters and agents are asked, but for where they are. */
export type MesosAccess = Omit<MesosConnection, "masters" | "retryMs">;

export class MesosAt {
  private readonly clients = new Map<string, MesosClient>();

  /** @param access of the one at that address */
  constructor(private readonly access: (address: string) => MesosAccess) {}

  /** Of the one at `host:port`. Calls are made once: whoever asks looks again by itself. */
  at(address: string): MesosClient {
    const known = this.clients.get(address);
    if (known !== undefined) return known;
    const made = new MesosClient({ ...this.access(address), masters: { addresses: [address] }, retryMs: 0 });
    this.clients.set(address, made);
    return made;
  }

  async close(): Promise<void> {
    await Promise.all([...this.clients.values()].map((client) => client.close()));
    this.clients.clear();
  }
}
