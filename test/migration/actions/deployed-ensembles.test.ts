/** An ensemble that begins with a snapshot is made by its kind as it is declared, with that file. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { ChangeRequest, KindHandler, ProviderContext } from "../../../providers/provider.js";
import { DeployedEnsembles } from "../../../src/migration/actions/deployed-control.js";

const ensembles = suite("deployed ensembles of a migration");
const DECLARED = { servers: 3, version: "3.8.4" };
const SIDE = { resource: "ZooKeeperEnsemble/a", connectString: "a:2181", servers: [], auth: [] };

/** The changes that its kind was asked for. */
async function asked(snapshot?: string): Promise<readonly ChangeRequest[]> {
  const changes: ChangeRequest[] = [];
  const handler = {
    read: async () => ({ status: "absent" }),
    apply: async (change: ChangeRequest) => {
      changes.push(change);
      return { status: "applied", identity: null, diagnostics: [] };
    },
  } as unknown as KindHandler;
  const world = {
    resource: () => ({ kind: "ZooKeeperEnsemble", spec: DECLARED }),
  } as unknown as ProviderContext;
  const control = new DeployedEnsembles({ handler: () => handler, context: () => world });
  const context = { signal: new AbortController().signal, deadline: 0, report: () => {} };
  await control.deploy(SIDE, context, snapshot);
  return changes;
}

ensembles("begin empty, or with the znodes of a file", async () => {
  const specOf = ([change]: readonly ChangeRequest[]) =>
    change?.action === "create" ? change.after : change?.action;
  assert.equal(specOf(await asked()), DECLARED);
  const snapshot = "/archives/restore-a/snapshot.1f";
  assert.equal(specOf(await asked(snapshot)), { ...DECLARED, bootstrap: { snapshot } });
});

ensembles.run();
