/** What an engine tells through znodes on side b, and what it is told there. */
import type { ZooKeeperClient } from "../../zookeeper/types.js";
import { isZooKeeperError } from "../../zookeeper/zookeeper-error.js";
import { createQuietly, decodeRecord, encodeRecord } from "../apply/checkpoint.js";
import type { ControlPaths } from "../control/layout.js";
import type { SyncControl, SyncStatus } from "../control/records.js";

export async function publish(
  client: ZooKeeperClient,
  paths: ControlPaths,
  status: SyncStatus,
): Promise<void> {
  try {
    await client.setData(paths.status, encodeRecord(status));
  } catch (error) {
    if (!isZooKeeperError(error, "NO_NODE")) throw error;
    await createQuietly(client, paths.status, encodeRecord(status));
  }
}

export async function isPaused(client: ZooKeeperClient, paths: ControlPaths): Promise<boolean> {
  try {
    const { data } = await client.getData(paths.control);
    return decodeRecord<SyncControl>(data)?.paused === true;
  } catch (error) {
    if (isZooKeeperError(error, "NO_NODE")) return false;
    throw error;
  }
}
