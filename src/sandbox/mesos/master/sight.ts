/** What a principal may see, from the ACLs: the predicates that the views filter by. */
import type { EventWire, Framework } from "../model/records.js";
import type { WireObject } from "../model/wire.js";
import type { Acls } from "./authorization.js";
import type { Sight } from "./views-v1.js";

export function sightOf(acls: Acls, principal: string | null): Sight {
  const users = (action: "view_frameworks" | "view_tasks" | "view_executors") => (framework: Framework) =>
    acls.allows(principal, action, [framework.user]);
  const task = users("view_tasks");
  return {
    framework: users("view_frameworks"),
    task: ({ framework }) => task(framework),
    executor: users("view_executors"),
    role: (role) => acls.allows(principal, "view_roles", [role]),
    flags: acls.allows(principal, "view_flags"),
  };
}

/** Events of tasks and frameworks only for those who may see them; agents are seen by all. */
export function eventView(
  acls: Acls,
  principal: string | null,
  framework: (id: string) => Framework | undefined,
): (event: EventWire) => WireObject | null {
  const sight = sightOf(acls, principal);
  return (event) => {
    const id = frameworkOf(event);
    const of = id === null ? undefined : framework(id);
    if (of === undefined) return event;
    return sight.framework(of) ? event : null;
  };
}

function frameworkOf(event: EventWire): string | null {
  const body = (event["task_added"] ?? event["task_updated"] ?? null) as {
    task?: { framework_id?: { value?: string } };
    framework_id?: { value?: string };
  } | null;
  return body?.task?.framework_id?.value ?? body?.framework_id?.value ?? null;
}
