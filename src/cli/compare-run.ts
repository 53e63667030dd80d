/**
 * Carries out `ferry plan --from REF`: what a pull request would change. Both sides are configurations; no server and no
 * state is looked at, so it needs no access and gives the same answer everywhere.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import type { Registry } from "../../providers/registry.js";
import type { RecordedResource, State } from "../../state/model.js";
import { STATE_FORMAT_VERSION } from "../../state/model.js";
import type { Desired, DesiredResource } from "../config/desired.js";
import { loadConfiguration } from "../config/load.js";
import { DiagnosticError, errorDiagnostic } from "../diagnostics/diagnostic.js";
import { materialise } from "../git/checkout.js";
import { gitStamp } from "../git/stamp.js";
import { ferryVersion } from "../install/root.js";
import { liveFromState } from "../live/read.js";
import { ResourceViews } from "../live/views.js";
import { planChanges } from "../plan/planner.js";
import type { ConfigurationRequest } from "./command.js";
import { type PlanRequest, planReply } from "./plan-run.js";
import { openConfiguration } from "./project.js";
import type { Reply } from "./reply.js";
import type { Terminal } from "./terminal.js";

export async function comparePlans(request: PlanRequest, ref: string, terminal: Terminal): Promise<Reply> {
  const { desired, diagnostics, registry } = await openConfiguration(request.configuration);
  try {
    const before = await configurationAt(desired.project.root, ref, request.configuration);
    const state = stateOf(before.desired, registry, before.commit);
    const plan = planChanges({
      desired,
      recorded: state,
      live: liveFromState({ desired: desired.resources, moves: desired.moves, state }),
      handlers: registry.handlers,
      mode: request.mode,
      selection: { targets: request.targets, excludes: request.excludes },
      git: await gitStamp(desired.project.root),
      stateLocation: `configuration of ${ref} (${before.commit.slice(0, 12)})`,
      ferryVersion: ferryVersion(),
      diagnostics,
    });
    return await planReply(plan, request, terminal);
  } finally {
    await registry.close();
  }
}

interface Earlier {
  readonly desired: Desired;
  readonly commit: string;
}

async function configurationAt(root: string, ref: string, request: ConfigurationRequest): Promise<Earlier> {
  const folder = await mkdtemp(join(tmpdir(), "ferry-from-"));
  try {
    const { commit } = await materialise(root, ref, folder);
    const loaded = await loadConfiguration({
      ...request,
      directory: join(folder, relative(root, request.directory)),
    });
    if (loaded.value !== undefined) return { desired: loaded.value, commit };
    const broken = errorDiagnostic("from-invalid", `the configuration of ${ref} has errors itself`, {
      detail: "There is nothing to compare with. Places below are in the files of that commit.",
      remedy: "Compare with another commit, or run `ferry plan` without --from.",
    });
    throw new DiagnosticError([broken, ...loaded.diagnostics]);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** A state in which everything is as the earlier configuration says. */
function stateOf(desired: Desired, registry: Registry, commit: string): State {
  const views = new ResourceViews(registry.handler);
  views.seed(desired.resources, null, new Map());
  const records = desired.resources.map((resource) => recordOf(resource, views, registry));
  return {
    formatVersion: STATE_FORMAT_VERSION,
    lineage: `configuration ${commit}`,
    serial: 0,
    ferryVersion: ferryVersion(),
    git: { commit, branch: null, dirty: false },
    resources: Object.fromEntries(records.map((record) => [record.address, record])),
  };
}

function recordOf(resource: DesiredResource, views: ResourceViews, registry: Registry): RecordedResource {
  const spec = views.spec(resource.address) ?? resource.spec;
  return {
    address: resource.address,
    kind: resource.kind,
    provider: registry.handler(resource.kind)?.provider ?? "",
    identity: null,
    spec,
    live: spec,
    attributes: {},
    dependsOn: resource.dependsOn,
    sensitivePaths: resource.sensitivePaths,
    preventDestroy: resource.lifecycle.preventDestroy,
    appliedAt: null,
  };
}
