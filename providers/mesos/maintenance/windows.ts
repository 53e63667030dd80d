/** Windows of a schedule that belongs to everybody: taking machines out and putting a window in, without touching the others. Pure. */
import { type Machine, sameMachine, type Window } from "../../../src/mesos/answers.js";

export function isAmong(machine: Machine, machines: readonly Machine[]): boolean {
  return machines.some((other) => sameMachine(machine, other));
}

/** Windows that are left without a machine go: Mesos refuses them. */
export function withoutMachines(windows: readonly Window[], machines: readonly Machine[]): Window[] {
  return windows
    .map((window) => ({ ...window, machines: window.machines.filter((each) => !isAmong(each, machines)) }))
    .filter((window) => window.machines.length > 0);
}

/** The machines of `window` leave whatever window they are in for this one. */
export function withWindow(windows: readonly Window[], window: Window): Window[] {
  return [...withoutMachines(windows, window.machines), window];
}
