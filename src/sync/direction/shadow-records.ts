/** Reads which znodes of the target are shadows, from the records beside the checkpoint. */
import type { ZooKeeperClient } from "../../zookeeper/types.js";
import { decodeRecord, encodeRecord } from "../apply/checkpoint.js";
import { recordName } from "../apply/compile.js";
import type { ControlPaths } from "../control/layout.js";
import type { ShadowRecord } from "../control/records.js";
import { fromHex, hex } from "../feed/zxid.js";
import type { Direction } from "../spec.js";
import type { Shadows } from "../translate/shadows.js";

export async function loadShadows(
  client: ZooKeeperClient,
  paths: ControlPaths,
  direction: Direction,
  shadows: Shadows,
): Promise<void> {
  shadows.clear();
  const folder = paths.shadows(direction);
  const { children } = await client.getChildren(folder);
  await Promise.all(
    children.map(async (name) => {
      const { data } = await client.getData(`${folder}/${name}`);
      const record = decodeRecord<ShadowRecord>(data);
      if (record !== null) shadows.add(record.path, fromHex(record.session));
    }),
  );
}

/** A record that is there already gets its present owner. */
export async function rewriteShadow(
  client: ZooKeeperClient,
  folder: string,
  path: string,
  session: bigint,
): Promise<void> {
  const record: ShadowRecord = { format: 1, path, session: hex(session) };
  await client.setData(`${folder}/${recordName(path)}`, encodeRecord(record));
}
