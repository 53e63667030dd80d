/** The events of the operator API, typed, and how a record becomes one. Pure: nothing here knows what was before. */
import { Shape } from "../../http/shape.js";
import { type Agent, agentOf } from "../answers.js";
import { type Fleet, FleetCollector } from "../state/fleet.js";
import { ItemSplitter } from "../state/item-splitter.js";
import {
  type Framework,
  frameworkOf,
  type Task,
  type TaskStatus,
  taskOf,
  taskStatusOf,
} from "../workloads.js";
import type { RecordTaker } from "./record-reader.js";

export type MesosEvent =
  | Subscribed
  | { readonly kind: "heartbeat" }
  /** Also for each task of an agent that comes back. */
  | { readonly kind: "task-added"; readonly task: Task }
  | TaskUpdated
  /** Also when it comes back. */
  | { readonly kind: "agent-added"; readonly agent: Agent }
  /** Not for one that becomes unreachable or is marked gone. */
  | { readonly kind: "agent-removed"; readonly id: string }
  /** Since 1.4. The same for the two that follow. */
  | { readonly kind: "framework-added"; readonly framework: Framework }
  | { readonly kind: "framework-updated"; readonly framework: Framework }
  | { readonly kind: "framework-removed"; readonly framework: Framework }
  /** Of a version that ferry does not know. */
  | { readonly kind: "other"; readonly type: string };

export interface Subscribed {
  readonly kind: "subscribed";
  /** All that there is at this moment; every later event is relative to it. */
  readonly fleet: Fleet;
  /** Null before 1.5: there are none. */
  readonly heartbeatSeconds: number | null;
}

export interface TaskUpdated {
  readonly kind: "task-updated";
  readonly frameworkId: string;
  readonly taskId: string;
  /** What the task is in now; the status can be an older one that comes late. */
  readonly state: string;
  readonly status: TaskStatus;
}

/** Reads one record. Throws ShapeError and SplitError. */
export class EventTaker implements RecordTaker<MesosEvent> {
  private readonly collector = new FleetCollector("subscribed.get_state.");
  private readonly splitter = new ItemSplitter(this.collector.takers);

  push(piece: Buffer): void {
    this.splitter.push(piece);
  }

  finish(): MesosEvent {
    return eventOf(Shape.of(this.splitter.finish()), this.collector);
  }
}

function eventOf(shape: Shape, collector: FleetCollector): MesosEvent {
  const type = shape.text("type");
  const part = (): Shape => shape.object(type.toLowerCase());
  switch (type) {
    case "SUBSCRIBED": {
      const seconds = part().numberOr("heartbeat_interval_seconds", 0);
      return { kind: "subscribed", fleet: collector.fleet, heartbeatSeconds: seconds > 0 ? seconds : null };
    }
    case "HEARTBEAT":
      return { kind: "heartbeat" };
    case "TASK_ADDED":
      return { kind: "task-added", task: taskOf(part().object("task"), "current") };
    case "TASK_UPDATED":
      return taskUpdatedOf(part());
    case "AGENT_ADDED":
      return { kind: "agent-added", agent: agentOf(part().object("agent")) };
    case "AGENT_REMOVED":
      return { kind: "agent-removed", id: part().object("agent_id").text("value") };
    case "FRAMEWORK_ADDED":
      return { kind: "framework-added", framework: frameworkOf(part().object("framework"), false) };
    case "FRAMEWORK_UPDATED":
      return { kind: "framework-updated", framework: frameworkOf(part().object("framework"), false) };
    case "FRAMEWORK_REMOVED":
      return { kind: "framework-removed", framework: removedFramework(part()) };
    default:
      return { kind: "other", type };
  }
}

/** Only what it was made with is told, and no more whether it was connected. */
function removedFramework(part: Shape): Framework {
  const framework_info = part.object("framework_info").value;
  return frameworkOf(Shape.of({ framework_info, active: false, connected: false }), true);
}

function taskUpdatedOf(part: Shape): TaskUpdated {
  const status = part.object("status");
  return {
    kind: "task-updated",
    frameworkId: part.object("framework_id").text("value"),
    taskId: status.object("task_id").text("value"),
    state: part.text("state"),
    status: taskStatusOf(status),
  };
}
