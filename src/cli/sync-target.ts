/** A session with the target of a declared Sync for the length of a command. */
import { connectSide, inWords } from "../sync/side/connect-side.js";
import type { SideSpec } from "../sync/spec.js";
import type { ZooKeeperClient } from "../zookeeper/types.js";
import type { DeclaredSync } from "./sync-selection.js";

/** Opens the target of `sync` for `work` and closes it afterwards. Rejects with DiagnosticError. */
export async function withTarget<T>(
  sync: DeclaredSync,
  signal: AbortSignal,
  work: (client: ZooKeeperClient, side: SideSpec) => Promise<T>,
): Promise<T> {
  const side = await sync.side("target");
  return inWords(sync.address, signal, async () => {
    const client = await connectSide(side, signal);
    try {
      return await work(client, side);
    } finally {
      await client.close();
    }
  });
}
